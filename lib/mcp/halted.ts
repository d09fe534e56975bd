import type { Halts } from "../database/halts.ts";
import { typed } from "../command.ts";
import type { AnyTool } from "../tool/tool.ts";
import { Denied } from "./denied.ts";
import { type Language, messagesIn } from "./messages.ts";

interface Asked {
  readonly tool: Pick<AnyTool, "hints">;
  readonly dryRun: boolean;
  readonly language: Language;
}

/** Rejects with Denied while changes are halted. */
export interface Permit {
  (): Promise<void>;
  /** What is asked; absent for what is never held up. */
  readonly halts?: Halts;
}

/**
 * What a call asks before anything is changed: it rejects with Denied while changes are halted. What only
 * reads, or only plans, is never held up.
 */
export function permitOf(halts: Halts, { tool, dryRun, language }: Asked): Permit {
  if (tool.hints.readOnlyHint || dryRun) return () => Promise.resolve();
  const permit = async () => {
    const halt = await halts.find();
    if (halt === undefined) return;
    const { by, reason, since } = halt;
    throw new Denied(
      messagesIn(language).halted({
        by,
        reason: reason === "" ? "" : ` (${reason})`,
        since: since.toISOString(),
        resume: typed("resume"),
      }),
    );
  };
  return Object.assign(permit, { halts });
}
