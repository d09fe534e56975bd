/** A log line's layout: one JSON object per line, or the parts of a Python %-style format. */
export type LogFormat =
  | { readonly kind: "json" }
  | { readonly kind: "text"; readonly source: string; readonly parts: readonly FormatPart[] };

export type FormatPart =
  | { readonly literal: string }
  | {
    readonly attribute: LogAttribute;
    readonly flags: string;
    readonly width: number;
    readonly precision: number | null;
    readonly conversion: "s" | "d" | "f";
  };

/** The attributes of Python's `LogRecord` that a format may name. */
export const LOG_ATTRIBUTES = [
  "asctime",
  "created",
  "filename",
  "funcName",
  "levelname",
  "levelno",
  "lineno",
  "message",
  "module",
  "msecs",
  "name",
  "pathname",
  "process",
  "processName",
  "relativeCreated",
  "taskName",
  "thread",
  "threadName",
] as const;

export type LogAttribute = typeof LOG_ATTRIBUTES[number];
export type LogAttributes = Readonly<Record<LogAttribute, string | number>>;

const NUMERIC: readonly LogAttribute[] = [
  "created",
  "levelno",
  "lineno",
  "msecs",
  "process",
  "relativeCreated",
  "thread",
];

const FIELD = /%(?:%|\((\w*)\)([-+ 0#]*)(\d*)(?:\.(\d+))?([a-zA-Z])?)?/g;

/** Why a format string cannot be used, or the parsed format. */
export function parseLogFormat(source: string): LogFormat | { readonly problem: string } {
  if (source === "json") return { kind: "json" };
  // deno-lint-ignore no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(source)) {
    return { problem: "must not hold line breaks or control characters" };
  }
  const parts: FormatPart[] = [];
  let end = 0;
  for (const match of source.matchAll(FIELD)) {
    if (match.index > end) parts.push({ literal: source.slice(end, match.index) });
    end = match.index + match[0].length;
    if (match[0] === "%%") {
      parts.push({ literal: "%" });
      continue;
    }
    const part = parseField(match);
    if ("problem" in part) return part;
    parts.push(part);
  }
  if (end < source.length) parts.push({ literal: source.slice(end) });
  if (!parts.some((part) => "attribute" in part && part.attribute === "message")) {
    return { problem: 'must hold %(message)s, or be "json"' };
  }
  return { kind: "text", source, parts };
}

function parseField(match: RegExpMatchArray): FormatPart | { readonly problem: string } {
  const [whole, name, flags = "", width = "", precision, conversion] = match;
  const attribute = LOG_ATTRIBUTES.find((candidate) => candidate === name);
  if (name === undefined || conversion === undefined) {
    return { problem: `holds ${whole}, which is not of the form %(name)s` };
  }
  if (attribute === undefined) {
    return { problem: `holds %(${name}), but there are only ${LOG_ATTRIBUTES.join(", ")}` };
  }
  if (conversion !== "s" && conversion !== "d" && conversion !== "f") {
    return { problem: `holds ${whole}, but a field ends in s, d or f` };
  }
  if (conversion !== "s" && !NUMERIC.includes(attribute)) {
    return { problem: `holds ${whole}, but ${attribute} is text: write %(${attribute})s` };
  }
  if (Number(width) > 200 || Number(precision ?? 0) > 200) {
    return { problem: `holds ${whole}, which is wider than 200` };
  }
  return {
    attribute,
    flags,
    width: Number(width),
    precision: precision === undefined ? null : Number(precision),
    conversion,
  };
}

/** One line as Python's `format % attributes` would give it. */
export function formatLine(parts: readonly FormatPart[], attributes: LogAttributes): string {
  return parts.map((part) =>
    "literal" in part ? part.literal : formatField(part, attributes[part.attribute])
  ).join("");
}

function formatField(part: Exclude<FormatPart, { literal: string }>, value: string | number) {
  let text: string;
  if (part.conversion === "s") {
    text = String(value);
    if (part.precision !== null) text = text.slice(0, part.precision);
  } else {
    const number = Number(value);
    text = part.conversion === "d"
      ? String(Math.trunc(Math.abs(number))).padStart(part.precision ?? 0, "0")
      : Math.abs(number).toFixed(part.precision ?? 6);
    const sign = number < 0 ? "-" : part.flags.includes("+") ? "+" : "";
    const zeros = part.flags.includes("0") && !part.flags.includes("-");
    text = sign + (zeros ? text.padStart(part.width - sign.length, "0") : text);
  }
  return part.flags.includes("-") ? text.padEnd(part.width) : text.padStart(part.width);
}

/** Local time as Python's logging prints it: `2026-07-28 14:03:09,042`. */
export function pythonTime(time: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  return `${date} ${clock},${String(time.getMilliseconds()).padStart(3, "0")}`;
}
