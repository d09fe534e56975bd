import { record, text } from "../api/values.ts";
import { clip } from "../clip.ts";
import { readCeph } from "../cluster/ceph.ts";
import { isSilent, readHaState, whyNotGuarding } from "../cluster/ha_state.ts";
import { readCluster } from "../cluster/quorum.ts";
import { replicationJobs } from "../cluster/replication.ts";
import type { Pve } from "../pve.ts";
import { CLUSTER, type Finding, type Probe } from "./finding.ts";

export function quorumProbe(pve: Pve): Probe {
  return {
    part: "quorum and nodes",
    of: CLUSTER,
    read: async () => {
      const { nodes, quorate } = await readCluster(pve);
      const found: Finding[] = nodes.filter((node) => !node.online).map(({ node }) => ({
        kind: "cluster",
        severity: "critical",
        what: "the node is offline",
        where: `node ${node}`,
      }));
      if (!quorate) {
        found.unshift({
          kind: "cluster",
          severity: "critical",
          what: "quorum is lost: nothing can be changed until more nodes are online",
          where: CLUSTER,
        });
      }
      return found;
    },
  };
}

/** The states of services that HA has given up, is fencing, or finds no node for. */
const UNPLACED = ["error", "fence", "recovery"];

export function haProbe(pve: Pve): Probe {
  return {
    part: "HA",
    of: CLUSTER,
    read: async () => {
      const ha = await readHaState(pve);
      const idle = whyNotGuarding(ha);
      const lost = ha.services.filter((row) => UNPLACED.includes(text(row.state) ?? ""));
      return [
        ...(idle === undefined ? [] : [
          {
            kind: "ha",
            severity: "critical",
            what: clip(idle),
            where: CLUSTER,
            since: ha.master && isSilent(ha.master) ? ha.master.reported : undefined,
          } satisfies Finding,
        ]),
        ...lost.map((row): Finding => ({
          kind: "ha",
          severity: "critical",
          what: `HA cannot place or recover it: ${clip(text(row.status) ?? "unknown")}`,
          where: text(row.sid) ?? String(row.id),
        })),
        ...ha.managers.filter(isSilent).map((manager): Finding => ({
          kind: "ha",
          severity: "warning",
          what: `its HA manager does not report: ${clip(manager.status)}`,
          where: `node ${manager.node}`,
          since: manager.reported,
        })),
      ];
    },
  };
}

export function replicationProbe(pve: Pve): Probe {
  return {
    part: "replication",
    of: CLUSTER,
    read: async (unread) => {
      const { jobs, warnings } = await replicationJobs(pve, { reader: pve.keeping({ mark: "" }) });
      for (const warning of warnings) unread(warning);
      return jobs.filter((job) => job.error || job.failures).map((job) => ({
        kind: "replication",
        severity: "warning",
        what: clip(`replication failed ${job.failures ?? 1} times: ${job.error ?? "no reason"}`),
        where: `job ${job.id}`,
        since: job.last_sync,
      }));
    },
  };
}

const CHECKS = 5;

/** Ceph's health, where there is Ceph. */
export function cephProbe(pve: Pve): Probe {
  return {
    part: "Ceph",
    of: CLUSTER,
    read: async () => {
      const { status, checks } = record((await readCeph(pve))?.health);
      const health = text(status);
      if (health === undefined || health === "HEALTH_OK") return [];
      const messages = Object.entries(record(checks)).slice(0, CHECKS).map(([check, value]) =>
        text(record(record(value).summary).message) ?? check
      );
      return [{
        kind: "ceph",
        severity: health === "HEALTH_ERR" ? "critical" : "warning",
        what: clip(`Ceph says ${[health, messages.join("; ")].filter(Boolean).join(": ")}`),
        where: "Ceph",
      }];
    },
  };
}
