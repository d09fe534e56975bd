import type { FakePbs, PbsTokenKind } from "./fake_pbs.ts";
import type { PbsCall } from "../lib/pbs/call.ts";
import { type BackupServers, connectBackupServers } from "../lib/pbs/servers.ts";

/** The section of a config that names a simulated backup server. */
export function sectionOf(
  fake: FakePbs,
  { as = "admin", ...more }: { as?: PbsTokenKind } & Record<string, unknown> = {},
) {
  const { user, name, value } = fake.tokenFor(as);
  return {
    host: fake.host,
    port: fake.port,
    verify_ssl: true,
    ca_file: null,
    fingerprint: fake.fingerprint.replaceAll(":", "").toLowerCase(),
    user,
    token_name: name,
    token_value: value,
    token_value_file: null,
    timeout_seconds: 5,
    ...more,
  };
}

/** Clients of sections, which wait for nothing before they try again. */
export function connect(
  sections: Record<string, ReturnType<typeof sectionOf>>,
): Promise<BackupServers> {
  return connectBackupServers({ backup_servers: sections }, {
    clock: () => performance.now(),
    sleep: () => Promise.resolve(),
  });
}

/** A call that may change all; what it announced and planned is kept in `sent`. */
export function callOf(
  { dryRun = false, permit = () => Promise.resolve() }: {
    dryRun?: boolean;
    permit?: () => Promise<void>;
  } = {},
): PbsCall & { readonly sent: string[] } {
  const sent: string[] = [];
  return {
    sent,
    caller: "token 1",
    signal: new AbortController().signal,
    dryRun,
    patienceMs: 10_000,
    now: () => new Date(),
    sleep: () => new Promise((resolve) => setTimeout(resolve, 1)),
    progress: () => {},
    warn: () => {},
    elsewhere: async ({ method, path, vmids }, send) => {
      await permit();
      sent.push([method, path, ...vmids].join(" "));
      return dryRun ? "UPID:dry-run" : await send();
    },
  };
}
