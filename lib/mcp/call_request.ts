import type { Principal } from "../auth/principal.ts";
import type { AppError } from "../errors.ts";
import type { Pve } from "../proxmox/pve.ts";
import type { AnyTool } from "../tool/tool.ts";
import type { Caller } from "./caller.ts";
import type { Question } from "./consent.ts";
import type { Finished } from "./finished.ts";
import type { Language } from "./messages.ts";

/** One call of one tool, by whatever transport it came. */
export interface CallRequest extends Pick<Caller, "traceparent"> {
  readonly principal: Principal;
  readonly tool: string;
  readonly arguments: unknown;
  /** See meantCall. */
  readonly through?: string;
  /** Which of several clusters it is carried out in, once that is known. */
  readonly cluster?: string | undefined;
  /** The same where it was named, or is the one that has what was named. */
  readonly meant?: string | undefined;
  /** The resource that is read by this call. */
  readonly resource?: string;
  readonly transport: string;
  readonly requestId: string;
  readonly language: Language;
  readonly signal: AbortSignal;
  /** See Caller. */
  readonly hasEnded?: () => boolean;
  readonly progress: (message: string, done?: { progress: number; total?: number }) => void;
  /** Whether a person can be asked through this client, and what was answered. */
  readonly confirmation: "impossible" | "possible" | "accepted" | "declined" | "unanswered";
  /** The question that was answered. */
  readonly answered?: { readonly nonce: string; readonly version: string; readonly expires: Date };
  /** True when the caller follows the task that the call begins: the call does not wait for it. */
  readonly detaches?: boolean;
  /** Guests that the token had in reach when it began what is asked about: also while they are not known. */
  readonly begunGuests?: readonly number[];
  /** Makes what is answered of the tool's output, where that is not the output itself. */
  readonly conclude?: (pve: Pve, done: Done) => Promise<Finished>;
}

/** What a tool's run has come to. */
export interface Done {
  readonly tool: AnyTool;
  readonly output: Readonly<Record<string, unknown>>;
  /** What the call did, as the infinitive that follows "Cannot". */
  readonly action: string;
  /** The cluster that the answer says it is of; undefined where the caller knows of one only. */
  readonly cluster: string | undefined;
}

/**
 * `ask` means: get a person's yes, then call again with `confirmation: "accepted"`; `held`: nothing was
 * done, a plan waits for somebody else's yes, which is given on `page` too, where there is one.
 */
export type CallResult =
  | { readonly kind: "done"; readonly finished: Finished }
  | { readonly kind: "failed"; readonly error: AppError }
  | {
    readonly kind: "held";
    readonly finished: Finished;
    readonly action: string;
    readonly page: string | undefined;
  }
  | { readonly kind: "ask" } & Question;
