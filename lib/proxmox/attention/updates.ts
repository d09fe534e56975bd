import { flag, records, text } from "../api/values.ts";
import { clip, listed } from "../clip.ts";
import { isForSecurity } from "../cluster/updates.ts";
import type { Reader } from "../kept_reader.ts";
import { daysSince, type Finding } from "./finding.ts";

/** Security updates that wait, as of the node's last refresh; Proxmox does not mark them as such. */
export async function securityUpdates(pve: Reader, node: string): Promise<Finding[]> {
  const rows = await pve.list("/nodes/{node}/apt/update", { node });
  const names = rows.filter(isForSecurity).map((row) => String(row.Package)).sort();
  if (names.length === 0) return [];
  const list = listed(names, { most: 5 });
  return [{
    kind: "security_updates",
    severity: "warning",
    what: clip(`${names.length} security updates wait: ${list}`),
    where: `node ${node}`,
    alike: { of: "nodes", what: "security updates wait", who: node, detail: list },
  }];
}

const ENDING_DAYS = 30;

/** Why updates will not come: repositories that refuse, fail or are not there. */
export async function brokenRepositories(pve: Reader, node: string): Promise<Finding[]> {
  const [{ errors, "standard-repos": standard }, subscription] = await Promise.all([
    pve.get("/nodes/{node}/apt/repositories", { node }),
    pve.get("/nodes/{node}/subscription", { node }),
  ]);
  const enabled = records(standard).filter(({ status }) => flag(status))
    .map(({ handle }) => String(handle));
  const status = text(subscription.status) ?? "unknown";
  const paid = enabled.filter((handle) => handle.includes("enterprise"));
  const ends = text(subscription.nextduedate);
  const days = ends === undefined ? Infinity : -daysSince(pve, ends);
  return [
    ...(paid.length > 0 && status !== "active"
      ? [finding(
        node,
        "warning",
        `updates fail: ${paid.join(", ")} needs a subscription, and it is ${status}`,
      )]
      : []),
    ...(paid.length > 0 && status === "active" && days < ENDING_DAYS
      ? [finding(node, "info", `updates will fail: the subscription ends on ${ends}`)]
      : []),
    ...(enabled.length === 0
      ? [finding(node, "warning", "no updates come: no repository of Proxmox is enabled")]
      : []),
    ...records(errors).map((row) =>
      finding(node, "warning", clip(`updates fail: ${row.path}: ${row.error}`))
    ),
  ];
}

function finding(node: string, severity: "info" | "warning", what: string): Finding {
  const where = `node ${node}`;
  return { kind: "repository", severity, what, where, alike: { of: "nodes", what, who: node } };
}
