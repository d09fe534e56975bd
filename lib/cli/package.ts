import { describePackage } from "./build/package.ts";
import { processIo } from "./io.ts";
import { createCommand, runProgram } from "./run.ts";

const io = processIo();
const create = (context: Parameters<typeof describePackage>[1]) =>
  describePackage(createCommand("deno task package", io), context);

Deno.exit(await runProgram(Deno.args, { io, create }));
