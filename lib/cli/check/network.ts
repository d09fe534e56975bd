import { type ClusterConfig, hostForUrl } from "../../config/config.ts";
import { ioReason, messageOf, oneLine } from "../../errors.ts";
import { type SeenServer, seeServer } from "./certificate.ts";
import { CA_ON_NODE } from "./files.ts";
import { fail, type Finding, ok, warn } from "./finding.ts";

const PATIENCE_MS = 5_000;
const DAY_MS = 86_400_000;

export interface NetworkReport {
  readonly findings: readonly Finding[];
  /** The first server that answered with TLS; null when none did. */
  readonly seen: SeenServer | null;
}

/** Looks up and connects to every Proxmox host, and reads its certificate and its clock. */
export async function checkNetwork(
  cluster: ClusterConfig,
  now: () => Date,
): Promise<NetworkReport> {
  const findings: Finding[] = [];
  let first: SeenServer | null = null;
  const { section, proxmox: { hosts, port } } = cluster;
  for (const host of hosts) {
    const refusal = await tryConnect({ host, port, section });
    if (refusal !== null) {
      findings.push(refusal);
      continue;
    }
    try {
      const seen = await seeServer({ host, port }, PATIENCE_MS);
      first ??= seen;
      findings.push(...aboutCertificate(cluster, { host, seen, now: now() }));
      findings.push(aboutClock(host, { seen, now: now() }));
    } catch (error) {
      findings.push(fail(
        "tls",
        `${hostForUrl(host)}:${port} answers, but not with TLS (${oneLine(messageOf(error))})`,
        `check ${section}proxmox.port: Proxmox VE's API listens on 8006`,
      ));
    }
  }
  return { findings, seen: first };
}

/** A server to connect to. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** What stands before the keys that name it; nothing when not given. */
  readonly section?: string;
}

/** Why a server cannot be connected to; null when it can. */
export async function tryConnect(
  { host, port, section = "" }: Endpoint,
): Promise<Finding | null> {
  const endpoint = `${hostForUrl(host)}:${port}`;
  const connecting = Deno.connect({ hostname: host, port });
  const patience = Promise.withResolvers<null>();
  const timer = setTimeout(() => patience.resolve(null), PATIENCE_MS);
  try {
    const connection = await Promise.race([connecting, patience.promise]);
    if (connection !== null) {
      connection.close();
      return null;
    }
    connecting.then((late) => late.close(), () => {});
    return fail(
      "network",
      `${endpoint} does not answer`,
      `check ${section}proxmox.host, and whether a firewall lets this machine reach that port`,
    );
  } catch (error) {
    return aboutRefusal(endpoint, { host, error, section });
  } finally {
    clearTimeout(timer);
  }
}

function aboutRefusal(
  endpoint: string,
  { host, error, section }: { host: string; error: unknown; section: string },
): Finding {
  if (error instanceof Deno.errors.ConnectionRefused) {
    return fail(
      "network",
      `${endpoint} refuses the connection`,
      `check ${section}proxmox.port (usually 8006), and on the node: systemctl status pveproxy`,
    );
  }
  if (/lookup|resolve|dns|name or service/i.test(messageOf(error))) {
    return fail(
      "dns",
      `there is no address for the name ${host}`,
      `check the spelling of ${section}proxmox.host, or give its IP address`,
    );
  }
  const remedy = `check ${section}proxmox.host and ${section}proxmox.port`;
  return fail("network", `${endpoint}: ${ioReason(error)}`, remedy);
}

function aboutCertificate(
  { section, proxmox: { fingerprint, verify_ssl, ca_file } }: ClusterConfig,
  { host, seen, now }: { host: string; seen: SeenServer; now: Date },
): Finding[] {
  const days = Math.floor((seen.validTo.getTime() - now.getTime()) / DAY_MS);
  const shown = `${host}: certificate of ${seen.subject}, signed by ${seen.issuer}, ` +
    `for ${seen.names.join(" ") || "no name"}, ${days} days left, SHA-256 ${seen.fingerprint}`;
  const sameHex = seen.fingerprint.replaceAll(":", "").toLowerCase() === fingerprint;
  if (fingerprint !== null) {
    return [
      sameHex ? ok("cert", shown) : fail(
        "cert",
        `${shown}: this is not the certificate that ${section}proxmox.fingerprint names`,
        "if the certificate was renewed, compare with `pvenode cert info` on the node and set " +
          `"fingerprint": "${seen.fingerprint}"`,
      ),
    ];
  }
  if (!verify_ssl) {
    return [
      warn("cert", `${shown}; it is not verified`, `to verify it, ${trustAdvice(seen, section)}`),
    ];
  }
  if (days < 0) {
    return [fail("cert", `${shown}: it has expired`, "on the node: pvecm updatecerts --force")];
  }
  const stranger = !seen.names.some((name) => sameName(name, host));
  if (stranger) {
    return [fail(
      "cert",
      `${shown}: it is not for the name ${host}`,
      `set ${section}proxmox.host to one of ${
        seen.names.join(" ")
      }, or "fingerprint": "${seen.fingerprint}"`,
    )];
  }
  if (days < 30) return [warn("cert", shown, "on the node: pvecm updatecerts --force")];
  return [ok("cert", `${shown}${ca_file === null ? "" : `; ca_file ${ca_file}`}`)];
}

/** The line for the config by which this certificate would be trusted. */
export function trustAdvice(seen: SeenServer, section: string): string {
  return `copy ${CA_ON_NODE} from a node and name the copy in ${section}proxmox.ca_file, or set in ` +
    `${section}proxmox ` +
    `"fingerprint": "${seen.fingerprint}" after comparing it with \`pvenode cert info\` there`;
}

function aboutClock(host: string, { seen, now }: { seen: SeenServer; now: Date }): Finding {
  if (seen.date === null) return ok("clock", `${host} does not tell its time`);
  const seconds = Math.round((now.getTime() - seen.date.getTime()) / 1000);
  if (Math.abs(seconds) <= 60) return ok("clock", `${host} and this machine agree`);
  const side = seconds > 0 ? "ahead of" : "behind";
  return warn(
    "clock",
    `this machine is ${Math.abs(seconds)} s ${side} ${host}`,
    "let both follow a time server: systemctl status chrony systemd-timesyncd",
  );
}

function sameName(pattern: string, host: string): boolean {
  if (pattern.toLowerCase() === host.toLowerCase()) return true;
  const [first, ...rest] = host.split(".");
  return first !== "" && pattern.startsWith("*.") && pattern.slice(2) === rest.join(".");
}
