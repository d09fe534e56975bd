import { AppError, type ErrorCode } from "../errors.ts";

export interface UpstreamFacts<Kind extends string> {
  readonly kind: Kind;
  /** The HTTP status; undefined where no answer came, and for a task's end. */
  readonly status?: number | undefined;
  /** The product's own words; empty where it gave none. */
  readonly reason?: string;
  /** What it said of single parameters. */
  readonly errors?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** A failure that a Proxmox product told, or that lies on the way to it. */
export abstract class UpstreamError<Kind extends string> extends AppError {
  readonly kind: Kind;
  readonly status: number | undefined;
  readonly reason: string;
  readonly errors: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    message: string,
    { cause, errors = {}, kind, reason = "", status }: UpstreamFacts<Kind>,
  ) {
    super(code, message, { cause });
    this.kind = kind;
    this.status = status;
    this.reason = reason;
    this.errors = errors;
  }

  /** The same failure of the same product, with another message and these facts. */
  protected abstract told(message: string, facts: UpstreamFacts<Kind>): UpstreamError<Kind>;

  override withMessage(message: string): UpstreamError<Kind> {
    return this.told(message, this.#facts);
  }

  override cleaned(clean: (text: string) => string): UpstreamError<Kind> {
    const errors = Object.fromEntries(
      Object.entries(this.errors).map(([key, text]) => [key, clean(text)]),
    );
    return this.told(clean(this.message), { ...this.#facts, errors, reason: clean(this.reason) });
  }

  /** An error's cause is nothing that a spread would take along. */
  get #facts(): UpstreamFacts<Kind> {
    const { cause, errors, kind, reason, status } = this;
    return { cause, errors, kind, reason, status };
  }
}
