import { redactValue } from "../log/redact.ts";
import { compact } from "../proxmox/api/values.ts";
import { withOutcome } from "../proxmox/guest/outcome.ts";
import type { Pve } from "../proxmox/pve.ts";
import type { AnyTool } from "../tool/tool.ts";

type Output = Readonly<Record<string, unknown>>;

/**
 * What a call's caller is told: in a dry run the plan; else the output, led by what became of the guest
 * that a change was about, with the call's warnings.
 */
export async function told(
  pve: Pve,
  { tool, output }: { tool: AnyTool; output: Output },
): Promise<Output> {
  if (pve.dryRun) {
    return { ...compact({ unchanged: output.unchanged }), dry_run: redactValue(pve.plan) };
  }
  const { guest_status: status, task, unchanged } = tool.output.shape;
  const led = (task ?? unchanged) === undefined
    ? output
    : await withOutcome(pve, output, { reads: status !== undefined });
  return warned(tool, led, pve.warnings);
}

/** The output with what the caller must be told besides, where it has a place for that. */
export function warned(tool: AnyTool, output: Output, warnings: readonly string[]): Output {
  const place = ["notes", "warnings"].find((key) => key in tool.output.shape);
  if (warnings.length === 0 || place === undefined) return output;
  const said = output[place];
  return { ...output, [place]: [...Array.isArray(said) ? said : [], ...warnings] };
}
