import { AppError } from "../../errors.ts";
import { quote } from "../clip.ts";
import type { Pve } from "../pve.ts";
import { visibleText } from "./answers.ts";
import { type Terminal, within } from "./terminal.ts";

const FIRST_OUTPUT_MS = 5_000;
const QUIET_MS = 200;
/** A shell that begins shows less. */
const MAX_SHOWN = 64 * 1024;

/** How a shell's prompt ends. */
const PROMPT = /[#$%>❯➜»λ]$/u;

const USED =
  "its terminal shows no fresh prompt, so nothing was typed: somebody may have the container's console open, " +
  "a session may be left over in it (open the console, look, and type exit), or its shell begins slowly";

/**
 * Waits until a new shell has shown its prompt. A session that was there already only clears the screen:
 * whatever stands half typed in it would become a part of what is typed.
 *
 * @throws AppError `conflict` when there is no prompt of a new shell
 */
export async function awaitPrompt(pve: Pve, terminal: Terminal): Promise<void> {
  const decoder = new TextDecoder();
  let shown = "";
  for (;;) {
    const ms = visibleText(shown) === "" ? FIRST_OUTPUT_MS : QUIET_MS;
    const next = await within(pve, async (signal) => ({ bytes: await terminal.read(signal) }), {
      ms,
    });
    if (next === undefined) break;
    if (next.bytes === undefined) {
      const said = visibleText(shown);
      const told = said === "" ? "" : ` (it said ${quote(said)})`;
      throw new AppError("unavailable", `the terminal was closed before its shell began${told}`);
    }
    shown += decoder.decode(next.bytes, { stream: true });
    if (shown.length > MAX_SHOWN) {
      throw new AppError("conflict", `${USED}; it writes without a pause`);
    }
  }
  const text = visibleText(shown);
  if (text === "") throw new AppError("conflict", USED);
  if (/(?:login|user ?name|password)\s*:$/i.test(text)) {
    throw new AppError(
      "conflict",
      `its terminal asks for a login (${
        quote(text.slice(-100))
      }), and nobody is logged in by this: ` +
        "whoever opened it next would be root without a password. Its option cmode must be shell",
    );
  }
  // A program that was left running there writes unasked too.
  if (!PROMPT.test(text)) {
    throw new AppError("conflict", `${USED}; it shows ${quote(text.slice(-100))}`);
  }
}
