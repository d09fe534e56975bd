import type { ContentBlock } from "@modelcontextprotocol/server";
import { shownJson } from "../log/shown.ts";
import { AppError } from "../errors.ts";
import { oncePer } from "../once_per.ts";
import type { AnyTool } from "../tool/tool.ts";
import { AT_ONCE, Turns } from "../turns.ts";
import { renderText } from "./text/render.ts";

/** How the text of an answer is written: the JSON of its value, or lines and tables that read well. */
export type TextFormat = "json" | "text";

/** What a call answers, as it leaves. What many callers may share is made once, and only if one wants it. */
export class Finished {
  readonly value: Readonly<Record<string, unknown>>;
  /** `value` as JSON. */
  readonly json: string;
  /** A PNG of it. */
  readonly picture: Uint8Array<ArrayBuffer> | undefined;
  readonly #verbatim: readonly string[];
  readonly #results = new Map<TextFormat, string>();
  #rendered: string | undefined;

  constructor(
    value: Finished["value"],
    { verbatim = [], picture }: {
      verbatim?: readonly string[];
      picture?: Uint8Array<ArrayBuffer>;
    } = {},
  ) {
    this.value = value;
    this.json = JSON.stringify(value);
    this.picture = picture;
    this.#verbatim = verbatim;
  }

  /** The same with a picture of it. */
  with(picture: Uint8Array<ArrayBuffer>): Finished {
    return new Finished(this.value, { verbatim: this.#verbatim, picture });
  }

  /** The same, led by the cluster that it is of. */
  inCluster(cluster: string): Finished {
    return new Finished({ cluster, ...this.value }, { verbatim: this.#verbatim });
  }

  /** The answer as MCP has it. */
  content(format: TextFormat): ContentBlock[] {
    const text = { type: "text" as const, text: this.text(format) };
    if (this.picture === undefined) return [text];
    return [text, { type: "image", data: this.picture.toBase64(), mimeType: PICTURE_TYPE }];
  }

  /** The text of the answer. */
  text(format: TextFormat): string {
    if (format === "json") return this.json;
    return this.#rendered ??= renderText(this.value, this.#verbatim);
  }

  /** The whole result as JSON. */
  result(format: TextFormat): string {
    const known = this.#results.get(format);
    if (known !== undefined) return known;
    const content = JSON.stringify(this.content(format));
    const made = `{"content":${content},"structuredContent":${this.json}}`;
    this.#results.set(format, made);
    return made;
  }
}

/** What pictures are. */
export const PICTURE_TYPE = "image/png";

const MAX_RESULT_BYTES = 1024 * 1024;

/**
 * A tool's output as it leaves: held to its schema, every text from Proxmox and its guests without secrets
 * and without characters that are not seen. What a tool hands on byte for byte is left as it is.
 *
 * @throws AppError `invalid` for more than 1 MiB
 */
export type Finish = (tool: AnyTool, output: Output) => Promise<Finished>;

type Output = Readonly<Record<string, unknown>>;

/**
 * Finishes outputs; one that it finished before, as a list that several calls share, not again. A long one is
 * finished in a turn of its own.
 */
export function finisher(): Finish {
  const turns = new Turns();
  const begun = new WeakSet<Output>();
  const by = oncePer((tool: AnyTool) => oncePer((output: Output) => finish(tool, output)));
  return async (tool, output) => {
    if (isLong(output) && !begun.has(output)) await turns.next();
    begun.add(output);
    return by(tool)(output);
  };
}

function isLong(output: Output): boolean {
  return Object.values(output).some((member) => Array.isArray(member) && member.length > AT_ONCE);
}

function finish(tool: AnyTool, output: Output): Finished {
  const verbatim = tool.verbatim ?? [];
  const shown = Object.entries(tool.output.parse(output)).map(([key, member]) => [
    key,
    verbatim.includes(key) ? member : shownJson(member),
  ]);
  return bounded(new Finished(Object.fromEntries(shown), { verbatim }));
}

/** @throws AppError `invalid` for more than 1 MiB */
export function bounded(done: Finished): Finished {
  if (done.json.length <= MAX_RESULT_BYTES) return done;
  throw new AppError("invalid", "the answer is larger than 1 MiB; ask for less at once");
}
