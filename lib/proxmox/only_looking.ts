import type { PveCall } from "./pve_parts.ts";

type Looking =
  & Omit<PveCall, "dryRun" | "progress" | "permit" | "announce">
  & Partial<Pick<PveCall, "progress">>;

/** A call that only looks: whatever it is used for, no change is sent, and so none is permitted or announced. */
export function onlyLooking({ progress = () => {}, ...call }: Looking): PveCall {
  return {
    ...call,
    progress,
    dryRun: true,
    permit: () => Promise.resolve(),
    announce: () => Promise.resolve(true),
  };
}
