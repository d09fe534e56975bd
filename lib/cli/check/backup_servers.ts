import type { BackupServerConfig, Config } from "../../config/config.ts";
import { hostForUrl } from "../../config/config.ts";
import { messageOf } from "../../errors.ts";
import { isPbsKind } from "../../pbs/api/errors.ts";
import { grantsOf, mayWithin, type PbsGrants } from "../../pbs/grants.ts";
import { PbsReader } from "../../pbs/reader.ts";
import { connectBackupServers } from "../../pbs/servers.ts";
import { unseenBy } from "../../pbs/unseen.ts";
import { sleep } from "../../proxmox/api/connect.ts";
import { shownVersion } from "../serve/probe.ts";
import { type BackupAdvice, commandsFor } from "./backup_commands.ts";
import { seeServer } from "./certificate.ts";
import { fail, type Finding, ok, warn } from "./finding.ts";

const PATIENCE_MS = 10_000;
const NAME = "backups";

/** What there is to say of all backup servers. */
export interface BackupReport {
  readonly findings: readonly Finding[];
  readonly advice: readonly BackupAdvice[];
}

/** What single changes need, on a datastore. */
const CHANGING = ["Datastore.Verify", "Datastore.Modify", "Datastore.Prune"] as const;

/** Asks every backup server for its version and for what the token may do there, all at once. */
export async function checkBackupServers(config: Config): Promise<BackupReport> {
  const reports = await Promise.all(
    Object.entries(config.backup_servers).map(([name, section]) =>
      checkOne(name, section, config.tools.read_only)
    ),
  );
  return {
    findings: reports.flatMap(({ findings }) => findings),
    advice: reports.flatMap(({ advice }) => advice),
  };
}

async function checkOne(
  name: string,
  section: BackupServerConfig,
  readOnly: boolean,
): Promise<BackupReport> {
  const label = `${name} (${hostForUrl(section.host)}:${section.port})`;
  const options = { clock: () => performance.now(), sleep };
  let close = () => {};
  try {
    const servers = await connectBackupServers({ backup_servers: { [name]: section } }, options);
    close = () => servers.close();
    const client = servers.get(name)?.client;
    if (client === undefined) return { findings: [], advice: [] };
    const reader = new PbsReader(client, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const { version } = await reader.get("/version");
    const trust = section.verify_ssl ? "" : "; its certificate is not verified";
    const shown = `${label}: Proxmox Backup Server ${shownVersion(version)}, ` +
      `${client.tokenId} is accepted${trust}`;
    const grants = grantsOf(await reader.get("/access/permissions"));
    const { findings, lacks } = aboutGrants(label, { grants, readOnly });
    return {
      findings: [section.verify_ssl ? ok(NAME, shown) : warn(NAME, shown), ...findings],
      advice: lacks.length === 0 ? [] : [commandsFor(name, section, { lacks, isThere: true })],
    };
  } catch (error) {
    const message = `${label}: ${messageOf(error)}`;
    if (isPbsKind(error, "token_rejected")) {
      const advice = commandsFor(name, section, { lacks: ["reading"], isThere: false });
      const remedy = "the token is missing, disabled or expired, or its secret is another one; " +
        "the commands below make one";
      return { findings: [fail(NAME, message, remedy)], advice: [advice] };
    }
    const remedy = isPbsKind(error, "untrusted") ? await trustOf(name, section) : null;
    return { findings: [fail(NAME, message, remedy)], advice: [] };
  } finally {
    close();
  }
}

/** The line for the config by which the certificate that is shown now would be trusted. */
async function trustOf(
  name: string,
  { host, port }: BackupServerConfig,
): Promise<string | null> {
  const seen = await seeServer({ host, port }, PATIENCE_MS).catch(() => null);
  if (seen === null) return null;
  return `it shows ${seen.fingerprint}: if \`proxmox-backup-manager cert info\` there says the same, ` +
    `set backup_servers.${name}.fingerprint to it`;
}

function aboutGrants(
  label: string,
  { grants, readOnly }: { grants: PbsGrants; readOnly: boolean },
): { findings: Finding[]; lacks: BackupAdvice["for"][number][] } {
  const remedy = "grant it what the commands below grant, to the token and to its user";
  if (Object.keys(grants).length === 0) {
    const message = `${label}: the token may do nothing at all, so every list is empty`;
    return { findings: [fail(NAME, message, remedy)], lacks: ["reading"] };
  }
  const unseen = unseenBy(grants);
  const unable = CHANGING.filter((privilege) => !mayWithin(grants, "/datastore", privilege));
  const findings = unseen.map((what) => warn(NAME, `${label}: ${what}`, remedy));
  if (findings.length === 0) findings.push(ok(NAME, `${label}: the token sees all`));
  findings.push(ok(NAME, `${label}: ${changesText(unable)}`));
  return {
    findings,
    lacks: [
      ...(unseen.length > 0 ? ["reading" as const] : []),
      ...(unable.length > 0 && !readOnly ? ["changing" as const] : []),
    ],
  };
}

function changesText(unable: readonly string[]): string {
  if (unable.length === 0) return "the token may verify, prune and protect";
  return `changes that need ${unable.join(", ")} are refused there`;
}
