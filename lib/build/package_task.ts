import { describePackage } from "./package.ts";
import { processIo } from "../cli/io.ts";
import { createCommand, runProgram } from "../cli/run.ts";

const io = processIo();
const create = (context: Parameters<typeof describePackage>[1]) =>
  describePackage(createCommand("deno task package", io), context);

Deno.exit(await runProgram(Deno.args, { io, create }));
