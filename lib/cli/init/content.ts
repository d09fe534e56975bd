import { basename } from "node:path";
import type { Content, Existing } from "./existing.ts";
import type { InitArguments } from "./options.ts";
import type { ProxmoxToken } from "./proxmox_token.ts";
import { type Endpoint, NODE_CA, type Trust } from "./server.ts";
import type { Language } from "./texts.ts";

/** What was chosen for the config. */
export interface Choices {
  readonly endpoint: Endpoint;
  /** Null to leave it as it is. */
  readonly trust: Trust | null;
  readonly token: ProxmoxToken;
  readonly options: InitArguments;
  /** For refusals, when the config does not say. */
  readonly language: Language;
}

const STATE_FOLDER = "/var/lib/proxmox-mcp";

/** The config with what was chosen in it; all else as it was. */
export function contentWith(existing: Existing, choices: Choices): Content {
  const { content } = existing;
  const server = serverWith(existing, choices);
  const database = databaseWith(existing);
  // What a config has said so far of the list, or left unsaid, is relied upon.
  const tools = content.tools ?? (existing.isInUse ? undefined : { toolsets: ["core"] });
  return {
    ...content,
    proxmox: proxmoxWith(existing, choices),
    auth: authWith(existing, choices.token),
    ...(Object.keys(server).length === 0 ? {} : { server }),
    ...(database === undefined ? {} : { database }),
    ...(tools === undefined ? {} : { tools }),
  };
}

/** The config with a cluster under \`clusters\`; all else as it was. */
export function contentWithCluster(
  existing: Existing,
  { cluster, ...choices }: Pick<Choices, "endpoint" | "trust" | "token"> & { cluster: string },
): Content {
  const { content } = existing;
  const own = existing.within(cluster);
  const sections = {
    ...own.content,
    proxmox: proxmoxWith(own, choices),
    auth: authWith(own, choices.token),
  };
  return { ...content, clusters: { ...content.clusters, [cluster]: sections } };
}

/**
 * The file of a CA that is copied beside the config: the server's user may not read where it is on a
 * node, nor, beside a config of a service, what lies in somebody's home. Null when none is.
 */
export function caToCopy(existing: Existing, trust: Trust | null): string | null {
  const file = trust?.ca_file ?? null;
  return file === NODE_CA || isOfService(existing) && !file?.startsWith("/etc/") ? file : null;
}

/** Where it is copied to. */
export function copiedCa(existing: Existing): string {
  return existing.beside(basename(NODE_CA));
}

function isOfService({ path }: Existing): boolean {
  return path.startsWith("/etc/");
}

function proxmoxWith(
  existing: Existing,
  { endpoint, trust }: Pick<Choices, "endpoint" | "trust">,
): Content[string] {
  const before = existing.content.proxmox ?? {};
  const { host, hosts, port, fingerprint, ca_file, verify_ssl, ...rest } = before;
  const address = endpoint.isKept
    ? { host, hosts, port }
    : { host: endpoint.host, port: endpoint.port };
  const chosen = caToCopy(existing, trust) === null ? trust : { ca_file: copiedCa(existing) };
  return inOrder(before, {
    ...address,
    ...(chosen ?? { fingerprint, ca_file, verify_ssl }),
    ...rest,
  });
}

/** The keys as they stood, new ones after them; what has no value is left out. */
function inOrder(before: Content[string], values: Content[string]): Content[string] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(values)])];
  return Object.fromEntries(
    names.filter((name) => values[name] !== undefined).map((name) => [name, values[name]]),
  );
}

function authWith(existing: Existing, token: ProxmoxToken): Content[string] {
  const before = existing.content.auth ?? {};
  const { user: _user, token_name: _name, token_value, token_value_file, ...rest } = before;
  const held = token.file === null
    ? { token_value }
    : { token_value_file: token_value_file ?? basename(token.file) };
  return inOrder(before, { user: token.user, token_name: token.name, ...held, ...rest });
}

function serverWith(existing: Existing, { options, language }: Choices): Content[string] {
  const before = existing.content.server ?? {};
  const fresh = existing.isInUse || language === "en" ? undefined : language;
  const values = {
    ...before,
    ...given("host", options.httpHost),
    ...given("port", options.httpPort),
    ...given("path", options.httpPath),
    ...given("language", options.language ?? fresh),
  };
  return inOrder(before, values);
}

/** Packages keep what changes apart from what is configured. */
function databaseWith(existing: Existing): Content[string] | undefined {
  const before = existing.content.database;
  if (before !== undefined || !isOfService(existing)) return before;
  return { url: `sqlite:${STATE_FOLDER}/proxmox-mcp.db` };
}

function given(name: string, value: unknown): Content[string] {
  return value === undefined ? {} : { [name]: value };
}
