import { describeCompile } from "./compile.ts";
import { processIo } from "../cli/io.ts";
import { createCommand, runProgram } from "../cli/run.ts";

const io = processIo();
const create = (context: Parameters<typeof describeCompile>[1]) =>
  describeCompile(createCommand("deno task compile", io), context);

Deno.exit(await runProgram(Deno.args, { io, create }));
