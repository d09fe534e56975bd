import {
  type ClusterConfig,
  type Config,
  filesOf,
  holdsToken,
  type NamedFile,
} from "../../config/config.ts";
import { typedHere } from "../../command.ts";
import { ioReason } from "../../errors.ts";
import { fail, type Finding, ok, warn } from "./finding.ts";

const READABLE_BY_ALL = 0o004;
const WRITABLE_BY_OTHERS = 0o022;

/** Looks at who else may read or change the files that hold secrets. */
export async function checkSecretFiles(config: Config): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { key, path } of filesWithSecrets(config)) {
    const finding = await checkFile(key, path);
    if (finding !== null) findings.push(finding);
  }
  return findings.length > 0 ? findings : [ok("secrets", "only their owner and group read them")];
}

/** Where a node keeps the certificate that signs those of all nodes. */
export const CA_ON_NODE = "/etc/pve/pve-root-ca.pem";

/** Looks whether `proxmox.ca_file`, where it is set, can be read and holds a certificate. */
export async function checkCa({ proxmox: { ca_file: path } }: ClusterConfig): Promise<Finding[]> {
  if (path === null) return [];
  const remedy = `copy ${CA_ON_NODE} from a node to ${path}`;
  try {
    const text = await Deno.readTextFile(path);
    if (text.includes("-----BEGIN CERTIFICATE-----")) return [];
    return [fail("ca_file", `${path} holds no PEM certificate`, remedy)];
  } catch (error) {
    return [fail("ca_file", `${path}: ${ioReason(error)}`, remedy)];
  }
}

/** Container engines put secrets there, readable by all; nobody but this program is in its container. */
const CONTAINER_SECRETS = "/run/secrets/";

/** A config that names a file for each of its tokens may be read by everyone. */
function filesWithSecrets(config: Config): NamedFile[] {
  const files = filesOf(config, "secret_file").filter(({ path }) =>
    !path.startsWith(CONTAINER_SECRETS)
  );
  if (config.file === null || !holdsToken(config)) return files;
  return [...files, { key: "the config", path: config.file }];
}

async function checkFile(what: string, path: string): Promise<Finding | null> {
  let mode: number | null;
  try {
    mode = (await Deno.stat(path)).mode;
  } catch (error) {
    const made = what === "audit.key_file" && error instanceof Deno.errors.NotFound;
    const remedy = made ? `bring it back, or ${typedHere("migrate")} makes a new one` : null;
    return fail("secrets", `${what} ${path}: ${ioReason(error)}`, remedy);
  }
  if (mode === null) return null;
  const shown = (mode & 0o777).toString(8).padStart(4, "0");
  if (mode & READABLE_BY_ALL) {
    return fail(
      "secrets",
      `${what} ${path} can be read by everyone (${shown})`,
      `chmod 640 ${path}`,
    );
  }
  if (mode & WRITABLE_BY_OTHERS) {
    return warn(
      "secrets",
      `${what} ${path} can be changed by others (${shown})`,
      `chmod go-w ${path}`,
    );
  }
  return null;
}
