import type { FakePbsState } from "./state.ts";

/** A verify, a prune and two sync jobs; one of these reaches a remote that is down. */
export function seedJobs({ fingerprint, jobs, remotes }: FakePbsState): void {
  jobs.verify.set("v-daily", {
    id: "v-daily",
    store: "store1",
    schedule: "daily",
    "ignore-verified": true,
    "outdated-after": 30,
    comment: "all",
  });
  jobs.prune.set("p-daily", {
    id: "p-daily",
    store: "store1",
    schedule: "daily",
    "keep-last": 3,
    "keep-daily": 7,
    "keep-weekly": 4,
  });
  jobs.prune.set("p-offsite", { id: "p-offsite", store: "offsite", schedule: "daily" });
  remotes.set("main", {
    config: {
      name: "main",
      host: "127.0.0.1",
      "auth-id": "root@pam!mcp",
      fingerprint,
      comment: "itself",
    },
  });
  remotes.set("dr-site", {
    config: {
      name: "dr-site",
      host: "10.9.0.5",
      "auth-id": "sync@pbs!push",
      fingerprint: fingerprint.replace(/[1-9a-f]/g, "0"),
    },
    error: "client error (Connect)",
  });
  jobs.sync.set("s-offsite", {
    id: "s-offsite",
    store: "offsite",
    remote: "main",
    "remote-store": "store1",
    schedule: "daily",
    "remove-vanished": false,
    owner: "root@pam!mcp",
  });
  jobs.sync.set("s-push", {
    id: "s-push",
    store: "store1",
    remote: "dr-site",
    "remote-store": "copies",
    schedule: "hourly",
    "sync-direction": "push",
  });
}
