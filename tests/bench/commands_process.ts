/** Runs command lines of a checkout's program one after the other and writes what they write. */
const [checkout, commands = "[]"] = Deno.args;
const { runCli }: typeof import("../../lib/cli/mod.ts") = await import(
  `${checkout}/lib/cli/mod.ts`
);
const encoder = new TextEncoder();
for (const args of JSON.parse(commands) as string[][]) {
  const remarks: string[] = [];
  const status = await runCli(args, {
    out: (line) => Deno.stdout.writeSync(encoder.encode(`${line}\n`)),
    err: (line) => remarks.push(line),
    terminal: undefined,
    input: () => new Blob().stream(),
    env: () => undefined,
    now: () => new Date(),
  });
  if (status === 0) continue;
  Deno.stderr.writeSync(encoder.encode(`${args.join(" ")} failed: ${remarks.join("\n")}\n`));
  Deno.exit(status);
}
