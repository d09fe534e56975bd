import { formatLine, type LogAttributes, type LogFormat, pythonTime } from "./format.ts";
import { KEPT_FILES, type LogFile, openLogFile } from "./file.ts";
import { redactText, redactValue } from "./redact.ts";
import { visibleLine } from "./visible.ts";

/** The levels with Python's numbers for them. */
const LEVELS = { DEBUG: 10, INFO: 20, WARNING: 30, ERROR: 40, CRITICAL: 50 } as const;

export type LogLevel = keyof typeof LEVELS;
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Where events go: one line each, without secrets. Writing never throws; a file that can no longer
 * be written is told once on stderr, where every line goes as well.
 */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warning(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The line of one tool call; written whatever the level, to a file of its own where there is one. */
  audit(fields: LogFields): void;
  /** Resolves when whoever writes the lines has those until now. */
  written(): Promise<void>;
  setLevel(level: LogLevel): void;
  /** Removes these secrets too from now on. */
  hide(secrets: readonly string[]): void;
  /** Opens the files anew, after another program has moved them away. */
  reopen(): void;
  close(): void;
}

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  readonly file: string | null;
  /** Where the lines of tool calls go instead of `file`. */
  readonly audit_file?: string | null;
  /** Gets each line, without a line break. */
  readonly stderr: (line: string) => void;
  readonly now: () => Date;
  /** Exact secrets to remove wherever they stand, such as the Proxmox token's value. */
  readonly secrets?: readonly string[];
  /** Opens what lines go to beside standard error; files of this process when not given. */
  readonly open?: ((which: "file" | "audit", path: string) => LogFile) | undefined;
  /** Resolves when the lines until now are written; they are at once when not given. */
  readonly written?: (() => Promise<void>) | undefined;
  /** Size at which the file is rotated; default 10 MiB. */
  readonly maxFileBytes?: number;
  /** How many rotated files are kept, `FILE.1` being the newest; default `KEPT_FILES`. */
  readonly keepFiles?: number;
}

const NAME = "proxmox_mcp";

interface Event {
  readonly level: LogLevel;
  readonly name: string;
  readonly message: string;
  readonly fields: LogFields;
}

/** Opens the log. Throws AppError `invalid` with one line when the file cannot be opened. */
export function createLog(options: LogOptions): Log {
  const { format, stderr, now } = options;
  const secrets = new Set(options.secrets);
  const started = now().getTime();
  const { open = (_, path) => openRotating(path, options) } = options;
  const file = options.file === null ? null : open("file", options.file);
  const audit_file = options.audit_file ?? null;
  const auditFile = audit_file === null ? null : open("audit", audit_file);
  let threshold: number = LEVELS[options.level];

  function emit(event: Event, to: LogFile | null = file): void {
    const time = now();
    const safe = {
      ...event,
      message: redactText(event.message, { known: [...secrets] }),
      fields: redactValue(event.fields, { known: [...secrets] }) as LogFields,
    };
    const line = format.kind === "json"
      ? jsonLine(safe, time)
      : visibleLine(formatLine(format.parts, attributesOf(safe, { time, started })));
    stderr(line);
    to?.write(line);
  }

  function log(level: LogLevel, message: string, fields: LogFields = {}): void {
    if (LEVELS[level] >= threshold) emit({ level, name: NAME, message, fields });
  }

  return {
    debug: (message, fields) => log("DEBUG", message, fields),
    info: (message, fields) => log("INFO", message, fields),
    warning: (message, fields) => log("WARNING", message, fields),
    error: (message, fields) => log("ERROR", message, fields),
    audit: (fields) =>
      emit({ level: "INFO", name: `${NAME}.audit`, message: "AUDIT", fields }, auditFile ?? file),
    written: options.written ?? (() => Promise.resolve()),
    setLevel: (level) => {
      threshold = LEVELS[level];
    },
    hide: (more) => more.forEach((secret) => secrets.add(secret)),
    reopen: () => [file, auditFile].forEach((each) => each?.reopen()),
    close: () => [file, auditFile].forEach((each) => each?.close()),
  };
}

/** Opens a file that is rotated by its size; throws AppError `invalid` when it cannot be opened. */
export function openRotating(
  path: string,
  { keepFiles, maxFileBytes, stderr }: Pick<LogOptions, "keepFiles" | "maxFileBytes" | "stderr">,
): LogFile {
  return openLogFile(path, {
    maxBytes: maxFileBytes ?? 10 * 1024 * 1024,
    keep: keepFiles ?? KEPT_FILES,
    onFailure: stderr,
  });
}

function jsonLine(event: Event, time: Date): string {
  const { time: auditTime, ...fields } = event.fields;
  const line = {
    time: auditTime ?? time.toISOString(),
    level: event.level,
    name: event.name,
    message: event.message,
    ...fields,
  };
  return visibleLine(JSON.stringify({ ...line, level: event.level, message: event.message }));
}

function attributesOf(event: Event, at: { time: Date; started: number }): LogAttributes {
  const milliseconds = at.time.getTime();
  return {
    asctime: pythonTime(at.time),
    created: milliseconds / 1000,
    filename: NAME,
    funcName: NAME,
    levelname: event.level,
    levelno: LEVELS[event.level],
    lineno: 0,
    message: [event.message, ...Object.entries(event.fields).map(fieldText)].join(" "),
    module: NAME,
    msecs: at.time.getMilliseconds(),
    name: event.name,
    pathname: NAME,
    process: Deno.pid,
    processName: "MainProcess",
    relativeCreated: milliseconds - at.started,
    taskName: "None",
    thread: 0,
    threadName: "MainThread",
  };
}

function fieldText([key, value]: [string, unknown]): string {
  const plain = typeof value === "string" && /^[^\s"=\\{}[\]]+$/.test(value);
  return `${key}=${plain ? value : JSON.stringify(value) ?? "null"}`;
}
