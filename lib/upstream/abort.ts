import { AppError } from "../errors.ts";

export const UNKNOWN_OUTCOME =
  "whether the change was made is unknown: look before trying again" as const;

/** An error for a call that was given up by its caller, or that Proxmox kept waiting for too long. */
export function abortFailure(signal: AbortSignal, change: boolean): AppError {
  if (signal.reason instanceof AppError) return signal.reason;
  const doubt = change ? `; ${UNKNOWN_OUTCOME}` : "";
  const { reason } = signal;
  const late = reason instanceof DOMException && reason.name === "TimeoutError";
  const state = late
    ? "Proxmox did not answer in time"
    : "the call was cancelled before Proxmox answered";
  return new AppError("timeout", `${state}${doubt}`);
}

/** Waits for something that others wait for too, but no longer than the call lasts. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const giveUp = () => reject(abortFailure(signal, false));
  signal.addEventListener("abort", giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}
