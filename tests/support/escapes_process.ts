import { tryEscapes } from "./escapes.ts";

Deno.stdout.writeSync(
  new TextEncoder().encode(JSON.stringify(await tryEscapes(JSON.parse(Deno.args[0] ?? "{}")))),
);
