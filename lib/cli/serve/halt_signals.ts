import type { AuditTrail } from "../../audit/trail.ts";
import type { Halts } from "../../database/halts.ts";
import { messageOf } from "../../errors.ts";
import type { Log } from "../../log/log.ts";
import { halt, haltText, resume } from "../halting.ts";
import type { Signal } from "./signals.ts";

interface Standing {
  readonly halts: Halts;
  readonly trail: () => AuditTrail;
  readonly log: Log;
  readonly now: () => Date;
}

/** Who starts a server finds out why it will change nothing. */
export async function tellHalt({ halts, log }: Standing): Promise<void> {
  // A database that is away has been told of.
  const found = await halts.find().catch(() => undefined);
  if (found) log.warning(`Changes are halted ${haltText(found)}`);
}

/** Halts changes or lets them go on, in the name of the signal. */
export async function followHaltSignal(
  signal: Exclude<Signal, "stop" | "reload">,
  { halts, log, now, trail }: Standing,
): Promise<void> {
  const asker = { at: now(), door: "signal" } as const;
  try {
    if (signal === "halt") {
      const found = await halt({ halts, trail }, { ...asker, by: "SIGUSR1", reason: "" });
      log.warning(`Changes are halted ${haltText(found)}`);
    } else {
      await resume({ halts, trail }, { ...asker, by: "SIGUSR2" });
      log.warning("Changes go on");
    }
  } catch (error) {
    log.error(`Cannot ${signal} changes: ${messageOf(error)}`);
  }
}
