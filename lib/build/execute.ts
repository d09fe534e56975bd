import { stripVTControlCharacters } from "node:util";
import { AppError, oneLine } from "../errors.ts";

/**
 * Runs a program to its end.
 *
 * @throws AppError `internal` with `failure` (`Cannot compile`) and what the program said, in one line
 */
export async function execute(
  program: string,
  { failure, ...options }: Deno.CommandOptions & { failure: string },
): Promise<void> {
  const { code, stderr } = await new Deno.Command(program, { ...options, stdout: "null" }).output();
  if (code === 0) return;
  const said = stripVTControlCharacters(new TextDecoder().decode(stderr));
  throw new AppError("internal", `${failure}: ${oneLine(said)}`);
}
