import type { ClusterConfig, Config } from "../../config/config.ts";
import { AppError, messageOf } from "../../errors.ts";
import { Access, type Grants } from "../../proxmox/privileges.ts";
import { isKind } from "../../proxmox/api/errors.ts";
import { connectProxmox } from "../../proxmox/api/connect.ts";
import type { ToolsetChoice } from "../../tool/toolsets.ts";
import { versionOf } from "../serve/probe.ts";
import type { SeenServer } from "./certificate.ts";
import { fail, type Finding, ok, warn } from "./finding.ts";
import { trustAdvice } from "./network.ts";
import { NOTHING, readPresent } from "./present.ts";
import { lackingTools, type ScopePrivileges, scopePrivileges } from "./privileges.ts";
import { notSigned } from "./signer.ts";
import { type Wanted, wantedOf } from "./wanted.ts";

const PATIENCE_MS = 10_000;
const NEWEST_KNOWN = 9;
const OLDEST_KNOWN = 8;

export interface ProxmoxReport {
  readonly findings: readonly Finding[];
  /** What the token should be granted, for each scope; empty when it is granted all it needs. */
  readonly advice: readonly ScopePrivileges[];
}

/**
 * Asks Proxmox for its version and for what the token may do.
 *
 * @param options.toolsets whose roles are asked for, whatever the token may do; null for what the
 * config says
 */
export async function checkProxmox(
  cluster: ClusterConfig,
  { config, seen, toolsets }: { config: Config; seen: SeenServer; toolsets: ToolsetChoice },
): Promise<ProxmoxReport> {
  const wanted = wantedOf(config, toolsets ?? config.tools.toolsets);
  const { auth } = cluster;
  const { tools: policy } = config;
  const adviceFor = (major: number, present = NOTHING) =>
    scopePrivileges(wanted.tools, { auth, policy, major, present });
  const tokenId = `${auth.user}!${auth.token_name}`;
  const { client, close } = await connectProxmox(cluster);
  try {
    const version = await versionOf(client, AbortSignal.timeout(PATIENCE_MS));
    const major = Number.parseInt(version, 10) || NEWEST_KNOWN;
    const findings = [aboutVersion(version, major), ok("token", `${tokenId} is accepted`)];
    const grants = await new Access(client, () => performance.now()).grants();
    if (grants === undefined) {
      return { findings: [...findings, warn("grants", "Proxmox did not tell them")], advice: [] };
    }
    const privileges = aboutGrants(tokenId, { grants, wanted });
    return {
      findings: [...findings, privileges],
      advice: privileges.state === "ok" && toolsets === null
        ? []
        : adviceFor(major, await readPresent(client, AbortSignal.timeout(PATIENCE_MS))),
    };
  } catch (error) {
    return await aboutFailure(error, { cluster, seen, advice: () => adviceFor(NEWEST_KNOWN) });
  } finally {
    close();
  }
}

function aboutVersion(version: string, major: number): Finding {
  const shown = `Proxmox VE ${version || "of unknown version"}`;
  if (major < OLDEST_KNOWN) {
    return warn("version", shown, `update it: version ${OLDEST_KNOWN} and later are supported`);
  }
  return ok("version", shown);
}

function aboutGrants(
  tokenId: string,
  { grants, wanted: { toolsets, tools, others } }: { grants: Grants; wanted: Wanted },
): Finding {
  const lacking = lackingTools(tools, grants);
  const which = `${tools.length} tools${toolsets === null ? "" : ` of ${toolsets.join(", ")}`}`;
  const besides = others.length === 0
    ? ""
    : `; of the ${others.length} others ${lackingTools(others, grants).length} cannot work`;
  if (lacking.length === 0) return ok("grants", `they suffice for all ${which}${besides}`);
  const remedy = "grant it the privileges below, for the scope that callers are to have";
  if (Object.keys(grants).length === 0) {
    return fail("grants", `${tokenId} may do nothing at all`, remedy);
  }
  const names = lacking.map(([tool, missing]) => `${tool.name} (${missing})`).join("; ");
  const message = `${lacking.length} of ${which} cannot work: ${names}${besides}`;
  return warn("grants", message, remedy);
}

async function aboutFailure(
  error: unknown,
  { cluster, seen, advice }: {
    cluster: ClusterConfig;
    seen: SeenServer;
    advice: () => ScopePrivileges[];
  },
): Promise<ProxmoxReport> {
  const message = messageOf(error);
  if (isKind(error, "token_rejected")) {
    return { findings: [fail("token", message, rejectedAdvice(cluster))], advice: advice() };
  }
  if (isKind(error, "untrusted")) {
    const { section, proxmox: { ca_file: file } } = cluster;
    const other = await notSigned(seen, { key: `${section}proxmox.ca_file`, file });
    const state = `the certificate is not trusted (${reasonIn(error.reason)})` +
      (other === null ? "" : `: ${other}`);
    return { findings: [fail("tls", state, trustAdvice(seen, cluster.section))], advice: [] };
  }
  const name = error instanceof AppError && error.code === "forbidden" ? "grants" : "proxmox";
  return { findings: [fail(name, message)], advice: [] };
}

/** Proxmox does not say whether there is no such token or its secret is another one. */
function rejectedAdvice({ section, auth: { user, token_name } }: ClusterConfig): string {
  return `on a node, \`pveum user token list ${user}\` tells whether there is such a token: if there is, ` +
    `the secret in ${section}auth.token_value is another one (it is shown only once, when a token is made; a ` +
    `lost one is replaced by \`pveum user token remove ${user} ${token_name}\` and the \`token add\` ` +
    "below); if there is none, make it with the commands below";
}

function reasonIn(reason: string): string {
  return /peer certificate: ([\w ]+)/.exec(reason)?.[1] ?? "its signer is unknown";
}
