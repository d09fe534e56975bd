import { resolve } from "node:path";
import { hostForUrl, isLoopback } from "../../config/config.ts";
import type { ReadEnvironment } from "../../config/types.ts";
import { AppError, ioReason, messageOf, oneLine } from "../../errors.ts";
import { createFetchTransport } from "../../upstream/transport.ts";
import { type SeenServer, seeServer } from "../check/certificate.ts";
import { tryConnect } from "../check/network.ts";
import { UsageError } from "../context.ts";
import { type Asking, complaintOf } from "./asking.ts";
import type { Existing } from "./existing.ts";
import { type InitArguments, readAddress } from "./options.ts";
import type { Steps } from "./steps.ts";

const PATIENCE_MS = 10_000;
const PROXMOX_COMMAND = "pvenode cert info";
const PORT = 8006;
const NODE_FOLDER = "/etc/pve";
/** The CA of the cluster, on its nodes. */
export const NODE_CA = `${NODE_FOLDER}/pve-root-ca.pem`;

/** Where Proxmox is. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** Whether the config that is there says the same. */
  readonly isKept: boolean;
}

/** The keys of the section `proxmox` by which its certificate is trusted. */
export interface Trust {
  readonly fingerprint?: string;
  readonly ca_file?: string;
}

/** Where Proxmox is, by option, config, environment, as this host is a node of it, or by asking. */
export async function chooseEndpoint(
  options: InitArguments,
  { existing, asking, env, steps }: {
    existing: Existing;
    asking: Asking;
    env: ReadEnvironment;
    steps: Steps;
  },
): Promise<Endpoint> {
  const known = hostOf(existing);
  const knownPort = Number(existing.at("proxmox", "port") ?? PORT);
  const named = known === undefined ? env("PROXMOX_HOST") : undefined;
  const given = options.host ?? (named === undefined ? undefined : readAddress(named));
  const here = given === undefined && known === undefined && await isNode();
  const fallback = here ? "127.0.0.1" : undefined;
  const address = given ?? (known === undefined
    ? readAddress(
      await asking.text(
        here ? `${steps.texts.askAddress} (${steps.texts.node})` : steps.texts.askAddress,
        {
          fallback,
          missing: "Cannot set up without the address of Proxmox: give --host HOST",
          check: (text) => complaintOf(() => readAddress(text)),
        },
      ),
    )
    : { host: known });
  if (address.port !== undefined && (options.port ?? address.port) !== address.port) {
    throw new UsageError(
      `Cannot use --port ${options.port}: the address names port ${address.port}: keep one of them`,
    );
  }
  const port = options.port ?? address.port ??
    (known === undefined ? Number(env("PROXMOX_PORT") ?? PORT) : knownPort);
  const isKept = known === address.host && port === knownPort;
  const shown = `${hostForUrl(address.host)}:${port}`;
  if (isKept) steps.kept(steps.texts.address, shown);
  else {
    const isHere = here && address.host === fallback;
    steps.done(steps.texts.address, isHere ? `${shown}, ${steps.texts.node}` : shown);
  }
  return { host: address.host, port, isKept };
}

/**
 * How the server's certificate is to be trusted; null to leave what the config says. It is shown, and
 * pinned when the person agrees, unless an option or this system vouches for it.
 */
export async function chooseTrust(
  options: InitArguments,
  { endpoint, existing, asking, steps }: {
    endpoint: Endpoint;
    existing: Existing;
    asking: Asking;
    steps: Steps;
  },
): Promise<Trust | null> {
  const { texts } = steps;
  const given = options.caFile !== undefined || options.fingerprint !== undefined;
  if (endpoint.isKept && !given) {
    steps.kept(texts.certificate, trustIn(existing));
    return null;
  }
  if (options.caFile !== undefined && options.fingerprint !== undefined) {
    throw new UsageError("Cannot use --ca-file and --fingerprint together: keep one of them");
  }
  const seen = await see(endpoint);
  showCertificate(seen, steps);
  if (options.fingerprint !== undefined) {
    return pinned(options.fingerprint, { seen, steps, command: PROXMOX_COMMAND });
  }
  if (options.caFile !== undefined) {
    const file = resolve(options.caFile);
    const problem = await distrust(endpoint, [await readCa(file)]);
    if (problem === null) return byCa(file, steps);
    throw new AppError(
      "unavailable",
      `Cannot trust ${hostForUrl(endpoint.host)} by ${file}: ${problem}: its certificate is for ` +
        `${seen.names.join(" ")}, signed by ${seen.issuer}; on a node that CA is ${NODE_CA}`,
    );
  }
  if (await distrust(endpoint, []) === null) {
    steps.done(texts.certificate, texts.trusted);
    return {};
  }
  const ca = await Deno.readTextFile(NODE_CA).catch(() => null);
  if (ca !== null && await distrust(endpoint, [ca]) === null) return byCa(NODE_CA, steps);
  steps.detail("", texts.compare);
  if (await asking.agrees(texts.askPin, texts.yes)) {
    return pinned(hexOf(seen.fingerprint), { seen, steps, command: PROXMOX_COMMAND });
  }
  throw new AppError(
    "invalid",
    "Cannot go on: the certificate is not to be trusted: give --ca-file FILE or --host HOST",
  );
}

/** What a person compares before a certificate is trusted. */
export function showCertificate(seen: SeenServer, steps: Steps): void {
  const { texts } = steps;
  steps.done(texts.certificate, texts.seen(seen.subject, seen.issuer));
  steps.detail(texts.names, seen.names.join(" "));
  steps.detail(texts.valid, texts.until(day(seen.validFrom), day(seen.validTo)));
  steps.detail("SHA-256", seen.fingerprint);
}

async function see({ host, port }: Endpoint): Promise<SeenServer> {
  const refusal = await tryConnect({ host, port });
  if (refusal !== null) {
    const { message, remedy } = refusal;
    throw new AppError("unavailable", `Cannot reach Proxmox: ${message}: ${remedy}`);
  }
  try {
    return await seeServer({ host, port }, PATIENCE_MS);
  } catch (error) {
    throw new AppError(
      "unavailable",
      `Cannot see the certificate of ${hostForUrl(host)}:${port}: ${oneLine(messageOf(error))}: ` +
        "check the port: Proxmox VE's API listens on 8006",
    );
  }
}

/** Why a certificate is not trusted by these CAs and the system's; null when it is. */
async function distrust({ host, port }: Endpoint, cas: readonly string[]): Promise<string | null> {
  try {
    using transport = createFetchTransport(cas);
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const url = new URL(`https://${hostForUrl(host)}:${port}/`);
    const response = await transport(url, { method: "HEAD", headers: {}, signal });
    await response.body?.cancel();
    return null;
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return oneLine(messageOf(cause)).replace(/^.*invalid peer certificate: /, "");
  }
}

/**
 * Trusts this certificate; refuses when it is not the one that was given.
 *
 * @param options.command what shows the certificate on the server itself
 */
export function pinned(
  fingerprint: string,
  { seen, steps, command }: { seen: SeenServer; steps: Steps; command: string },
): Trust {
  if (hexOf(seen.fingerprint) !== fingerprint) {
    throw new AppError(
      "unavailable",
      `Cannot trust the server: its certificate has SHA-256 ${seen.fingerprint}, not the one given: ` +
        `compare it with what \`${command}\` shows there`,
    );
  }
  steps.done(steps.texts.certificate, steps.texts.pinned(seen.fingerprint));
  return { fingerprint: seen.fingerprint };
}

function byCa(file: string, steps: Steps): Trust {
  steps.done(steps.texts.certificate, steps.texts.byCa(file));
  return { ca_file: file };
}

/** The text of `--ca-file`. */
export async function readCa(file: string): Promise<string> {
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    throw new UsageError(`Cannot read --ca-file ${file}: ${ioReason(error)}`);
  }
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw new UsageError(`Cannot use --ca-file ${file}: it holds no certificate in PEM`);
}

function trustIn(existing: Existing): string {
  const { proxmox = {} } = existing.content;
  if (typeof proxmox.fingerprint === "string") return `SHA-256 ${proxmox.fingerprint}`;
  if (typeof proxmox.ca_file === "string") return proxmox.ca_file;
  return proxmox.verify_ssl === false ? "verify_ssl: false" : "CA";
}

function hostOf(existing: Existing): string | undefined {
  const hosts = existing.at("proxmox", "hosts");
  const host = existing.at("proxmox", "host") ?? (Array.isArray(hosts) ? hosts[0] : undefined);
  return typeof host === "string" ? host.replace(/^\[(.*)\]$/, "$1").toLowerCase() : undefined;
}

/** Whether what answers there is known to be of the cluster that this host would be a node of. */
export function isOwnCluster({ host }: Pick<Endpoint, "host">, trust: Trust | null): boolean {
  return isLoopback(host) || trust?.ca_file === NODE_CA;
}

/** Whether this host is a node of a Proxmox cluster. */
export async function isNode(): Promise<boolean> {
  return await Deno.stat(NODE_FOLDER).then(({ isDirectory }) => isDirectory, () => false);
}

/** A fingerprint as the config keeps it. */
export function hexOf(fingerprint: string): string {
  return fingerprint.replaceAll(":", "").toLowerCase();
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
