import { Clock } from "../fake_pve/clock.ts";
import type { AuthId } from "./access.ts";
import { contract, type PbsMethod } from "./contract.ts";
import type { Params } from "../fake_pve/validate.ts";
import type { FakePbsState } from "./state.ts";

/** The simulated server at work: its state and its clock. */
export class PbsWorld extends Clock {
  readonly contract = contract();
  /** What the simulator itself did wrong, by method and path. */
  readonly faults: string[] = [];

  constructor(readonly state: FakePbsState, clock: () => number) {
    super(clock);
  }
}

/** One request that passed authentication, permission and parameter checks. */
export interface Call {
  world: PbsWorld;
  state: FakePbsState;
  who: AuthId;
  api: PbsMethod;
  params: Params;
}

/** Gives the `data` of the answer, or refuses by throwing. */
export type Handler = (call: Call) => unknown;

export type Handlers = Record<string, Handler>;

/** `data` with what stands beside it. */
export class Enveloped {
  constructor(readonly data: unknown, readonly beside: Record<string, unknown>) {}
}

/** An answer that is no JSON. */
export class Download {
  constructor(readonly text: string, readonly type: string, readonly name?: string) {}
}

/** Lists come in no order that one could rely on: here every second row first. */
export function unordered<T>(rows: T[]): T[] {
  return [...rows.filter((_, i) => i % 2 === 1), ...rows.filter((_, i) => i % 2 === 0)];
}
