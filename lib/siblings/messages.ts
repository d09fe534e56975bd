import type { OpenKind } from "./board.ts";

/** A request that another worker is to answer, but for its body. */
export interface PassedRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Whom it comes from. */
  readonly peer: string;
  /** By which the body is lent. */
  readonly body: MessagePort | null;
}

/** What a worker asks of another one; it answers by the port. */
export type Ask =
  | { readonly kind: "request"; readonly request: PassedRequest }
  | { readonly kind: "metrics" }
  /** How long what a token has left idle longest there has been so, in milliseconds, or null; it may be ended. */
  | {
    readonly kind: "idlest";
    readonly open: OpenKind;
    readonly tokenId: number;
    readonly end: boolean;
  };

/** What a worker tells its parent of. */
export type ToSiblings =
  /** By the port who waits for it hears that they are written. */
  | {
    readonly kind: "lines";
    readonly lines: readonly LinesTo[];
    readonly written: MessagePort | null;
  }
  | { readonly kind: "reopen" }
  /** For the worker of that number, with a port for its answer. */
  | { readonly kind: "ask"; readonly to: number; readonly ask: Ask; readonly port: MessagePort };

/** Lines of a moment, with line breaks between them. */
export interface LinesTo {
  readonly to: LineTarget;
  readonly text: string;
}

/** Where the lines of all workers come together. */
export type LineTarget = "stderr" | "file" | "audit";

/** What a worker hears of the others. */
export type FromSiblings =
  | { readonly kind: "ask"; readonly from: number; readonly ask: Ask; readonly port: MessagePort }
  /** A worker has broken: who waits for its answer waits in vain. */
  | { readonly kind: "gone"; readonly worker: number };

/** What who asks says last: it has all that it wants, or does not want it any more. */
export type LastWord = "over" | "gone";

/** The answer to a request that was passed on. */
export interface PassedAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  /** By which the body is lent. */
  readonly body: MessagePort | null;
}
