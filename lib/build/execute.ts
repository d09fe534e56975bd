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
  const { code, stderr } = await new Deno.Command(program, {
    ...options,
    env: { ...options.env, NO_COLOR: "1" },
    stdout: "null",
  }).output();
  if (code === 0) return;
  throw new AppError("internal", `${failure}: ${oneLine(new TextDecoder().decode(stderr))}`);
}
