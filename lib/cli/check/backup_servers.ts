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
import type { ToolsetChoice } from "../../tool/toolsets.ts";
import { type BackupAdvice, commandsFor, listed } from "./backup_commands.ts";
import { type BackupNeeds, backupNeedsOf } from "./backup_needs.ts";
import { seeServer } from "./certificate.ts";
import { fail, type Finding, ok, warn } from "./finding.ts";
import { notSigned } from "./signer.ts";
import { type Wanted, wantedOf } from "./wanted.ts";

const PATIENCE_MS = 10_000;
const NAME = "backups";

/** What there is to say of all backup servers. */
export interface BackupReport {
  readonly findings: readonly Finding[];
  readonly advice: readonly BackupAdvice[];
}

/**
 * Asks every backup server for its version and for what the token may do there, all at once.
 *
 * @param toolsets whose commands are asked for, whatever the token may do; null for what the config says
 */
export async function checkBackupServers(
  config: Config,
  toolsets: ToolsetChoice,
): Promise<BackupReport> {
  const wanted = wantedOf(config, toolsets ?? config.tools.toolsets);
  const asked = { wanted, needs: backupNeedsOf(wanted.tools), always: toolsets !== null };
  const reports = await Promise.all(
    Object.entries(config.backup_servers).map(([name, section]) => checkOne(name, section, asked)),
  );
  return {
    findings: reports.flatMap(({ findings }) => findings),
    advice: reports.flatMap(({ advice }) => advice),
  };
}

interface Asked {
  readonly wanted: Wanted;
  /** What the wanted tools need there. */
  readonly needs: BackupNeeds;
  /** True when the commands are asked for, whatever is granted. */
  readonly always: boolean;
}

async function checkOne(
  name: string,
  section: BackupServerConfig,
  asked: Asked,
): Promise<BackupReport> {
  const { needs, always } = asked;
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
    const { findings, lacking } = aboutGrants(label, { grants, asked });
    const granting = always ? needs : lacking;
    return {
      findings: [section.verify_ssl ? ok(NAME, shown) : warn(NAME, shown), ...findings],
      advice: granting.reading.length + granting.changing.length === 0
        ? []
        : [commandsFor(name, section, { needs: granting, isThere: true })],
    };
  } catch (error) {
    const message = `${label}: ${messageOf(error)}`;
    if (isPbsKind(error, "token_rejected")) {
      const granting = always ? needs : firstOf(needs);
      const advice = commandsFor(name, section, { needs: granting, isThere: false });
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
  { ca_file: file, host, port }: BackupServerConfig,
): Promise<string | null> {
  const seen = await seeServer({ host, port }, PATIENCE_MS).catch(() => null);
  if (seen === null) return null;
  const other = await notSigned(seen, { key: `backup_servers.${name}.ca_file`, file });
  return `${
    other === null ? "" : `${other}; `
  }it shows ${seen.fingerprint}: if \`proxmox-backup-manager cert info\` there says the same, ` +
    `set backup_servers.${name}.fingerprint to it`;
}

function aboutGrants(
  label: string,
  { grants, asked: { needs, wanted: { tools, others, toolsets } } }: {
    grants: PbsGrants;
    asked: Asked;
  },
): { findings: Finding[]; lacking: BackupNeeds } {
  const { reading, changing } = needs;
  const which = toolsets === null ? "" : ` of ${toolsets.join(", ")}`;
  const remedy = "grant it what the commands below grant, to the token and to its user";
  if (reading.length + changing.length === 0) {
    const message = `${label}: tools${which} need nothing there`;
    return { findings: [ok(NAME, message)], lacking: needs };
  }
  if (Object.keys(grants).length === 0) {
    const message = `${label}: the token may do nothing at all, so every list is empty`;
    return { findings: [fail(NAME, message, remedy)], lacking: firstOf(needs) };
  }
  const offered = backupNeedsOf([...tools, ...others]);
  const isWanted = (privilege: string) => reading.includes(privilege);
  const unseen = unseenBy(grants, reading);
  const besides = unseenBy(grants, offered.reading.filter((each) => !isWanted(each)));
  const unable = (privileges: readonly string[]) =>
    privileges.filter((privilege) => !mayWithin(grants, "/datastore", privilege));
  const findings = unseen.map((what) => warn(NAME, `${label}: ${what}`, remedy));
  if (findings.length + besides.length === 0) {
    findings.push(ok(NAME, `${label}: the token sees all`));
  } else if (findings.length === 0) {
    findings.push(ok(NAME, `${label}: the token sees what tools${which} read`));
  }
  findings.push(...besides.map((what) => ok(NAME, `${label}: ${what}`)));
  if (offered.changing.length > 0) {
    const told = changesText(offered.changing, unable(offered.changing));
    findings.push(ok(NAME, `${label}: ${told}`));
  }
  return {
    findings,
    lacking: {
      reading: unseen.length > 0 ? reading : [],
      changing: unable(changing).length > 0 ? changing : [],
    },
  };
}

/** Who can do nothing yet is to read; what changes something is granted to who can. */
function firstOf({ reading, changing }: BackupNeeds): BackupNeeds {
  return { reading, changing: reading.length > 0 ? [] : changing };
}

const DOING: readonly (readonly [privilege: string, verb: string])[] = [
  ["Datastore.Verify", "verify"],
  ["Datastore.Prune", "prune"],
  ["Datastore.Modify", "protect"],
];

function changesText(changing: readonly string[], unable: readonly string[]): string {
  if (unable.length > 0) return `changes that need ${unable.join(", ")} are refused there`;
  const doing = DOING.filter(([privilege]) => changing.includes(privilege)).map(([, verb]) => verb);
  return `the token may ${listed(doing)}`;
}
