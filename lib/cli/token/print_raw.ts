import { typedHere } from "../../command.ts";
import { AppError, ioReason } from "../../errors.ts";
import type { Io } from "../io.ts";

/** Prints a token's secret, alone on standard output; one that goes nowhere is good, and nobody has it. */
export function printRaw(
  { out }: Io,
  { raw, id }: { readonly raw: string; readonly id: number },
): void {
  try {
    out(raw);
  } catch (cause) {
    throw new AppError(
      "unavailable",
      `Cannot print token ${id}: ${ioReason(cause)}: it is good, and nobody has it: ` +
        `\`${typedHere(`token revoke ${id}`)}\` ends it, \`${
          typedHere(`token rotate ${id}`)
        }\` prints another`,
      { cause },
    );
  }
}
