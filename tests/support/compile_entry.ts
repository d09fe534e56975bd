/** Compiles a program of the tests' own as the product is compiled: the options in JSON. */
import { compile } from "../../lib/build/compile.ts";
import { processIo } from "../../lib/cli/mod.ts";

const context = { io: processIo(), version: "", setStatus: () => {} };
await compile(context, JSON.parse(Deno.args[0] ?? "{}"));
