import { shownJson } from "../log/shown.ts";
import { AppError } from "../errors.ts";
import { oncePer } from "../once_per.ts";
import type { AnyTool } from "../tool/tool.ts";

/** What a call answers, as it leaves. */
export class Finished {
  readonly value: Readonly<Record<string, unknown>>;
  /** `value` as JSON: the text of the answer. */
  readonly text: string;
  #resultJson: string | undefined;

  constructor(value: Readonly<Record<string, unknown>>) {
    this.value = value;
    this.text = JSON.stringify(value);
  }

  /** The whole result as JSON. */
  get resultJson(): string {
    return this.#resultJson ??= `{"content":[{"type":"text","text":${
      JSON.stringify(this.text)
    }}],"structuredContent":${this.text}}`;
  }
}

const MAX_RESULT_BYTES = 1024 * 1024;

/**
 * A tool's output as it leaves: held to its schema, every text from Proxmox and its guests without secrets
 * and without characters that are not seen. What a tool hands on byte for byte is left as it is.
 *
 * @throws AppError `invalid` for more than 1 MiB
 */
export type Finish = (tool: AnyTool, output: Readonly<Record<string, unknown>>) => Finished;

/** Finishes outputs; one that it finished before, as a list that several calls share, not again. */
export function finisher(): Finish {
  const by = oncePer((tool: AnyTool) =>
    oncePer((output: Readonly<Record<string, unknown>>) => finish(tool, output))
  );
  return (tool, output) => by(tool)(output);
}

function finish(tool: AnyTool, output: Readonly<Record<string, unknown>>): Finished {
  const verbatim = tool.verbatim ?? [];
  const shown = Object.entries(tool.output.parse(output)).map(([key, member]) => [
    key,
    verbatim.includes(key) ? member : shownJson(member),
  ]);
  const done = new Finished(Object.fromEntries(shown));
  if (done.text.length <= MAX_RESULT_BYTES) return done;
  throw new AppError("invalid", "the answer is larger than 1 MiB; ask for less at once");
}
