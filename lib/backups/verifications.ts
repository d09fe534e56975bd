import { placeText } from "../pbs/places.ts";
import type { Finding, Probe } from "../proxmox/attention/finding.ts";
import { listed } from "../proxmox/clip.ts";
import type { Join } from "./join.ts";

/** Backups that failed their verification, at all places of the cluster's storages; jobs end well over them. */
export function verificationProbe(join: () => Promise<Join>): Probe {
  return {
    part: "verifications",
    of: "backup servers",
    read: async (unread) => {
      const { isOwn, lists, storages, warnings } = await join();
      for (const warning of warnings) unread(warning);
      const places = new Map(storages.map(({ place }) => [placeText(place), place]));
      const findings = await Promise.all(
        [...places].map(async ([where, place]): Promise<Finding[]> => {
          const { snapshots } = await lists.at(place);
          const failed = snapshots.filter((one) => one.verified === "failed" && isOwn(one));
          if (failed.length === 0) return [];
          const groups = [...new Set(failed.map(({ id, type }) => `${type}/${id}`))].sort();
          return [{
            kind: "verification",
            severity: "warning",
            what: `${failed.length} failed verification: of ${listed(groups)}`,
            where: `backups in ${where}`,
          }];
        }),
      );
      return findings.flat();
    },
  };
}
