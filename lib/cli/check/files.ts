import type { Config } from "../../config/config.ts";
import { ioReason } from "../../errors.ts";
import { fail, type Finding, ok, warn } from "./finding.ts";

const READABLE_BY_ALL = 0o004;
const WRITABLE_BY_OTHERS = 0o022;

/** Looks at who else may read or change the files that hold secrets. */
export async function checkSecretFiles(config: Config): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [what, path] of secretFiles(config)) {
    const finding = await checkFile(what, path);
    if (finding !== null) findings.push(finding);
  }
  return findings.length > 0 ? findings : [ok("secrets", "only their owner and group read them")];
}

function secretFiles(config: Config): [string, string][] {
  const files: [string, string | null][] = [
    ["auth.token_value_file", config.auth.tokenValueFile],
    ["database.url_file", config.database.urlFile],
    ["server.tls.key_file", config.server.tls?.keyFile ?? null],
    // A config that names files for its secrets may be read by everyone.
    ["the config", config.auth.tokenValueFile === null ? config.file : null],
  ];
  return files.filter((entry): entry is [string, string] => entry[1] !== null);
}

async function checkFile(what: string, path: string): Promise<Finding | null> {
  let mode: number | null;
  try {
    mode = (await Deno.stat(path)).mode;
  } catch (error) {
    return fail("secrets", `${what} ${path}: ${ioReason(error)}`);
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
