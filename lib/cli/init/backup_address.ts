import { typedHere } from "../../command.ts";
import { hostForUrl } from "../../config/config.ts";
import { type CliContext, UsageError } from "../context.ts";
import { type Asking, complaintOf } from "./asking.ts";
import { configPath, Existing } from "./existing.ts";
import { type Address, type InitArguments, readAddress } from "./options.ts";
import type { Steps } from "./steps.ts";

const BACKUP_PORT = 8007;

/** The config that a backup server is to be added to. */
export async function configToExtend(
  name: string,
  { options, env }: { options: InitArguments; env: CliContext["io"]["env"] },
): Promise<Existing> {
  const path = await configPath(options.config, { env, unit: false });
  const existing = await Existing.read(path, { force: false });
  if (!existing.isThere) {
    throw new UsageError(
      `Cannot add a backup server: there is no config ${path}: run \`${typedHere("init")}\` first`,
    );
  }
  if (existing.at("backup_servers", name) === undefined) return existing;
  throw new UsageError(
    `Cannot add a backup server: ${path} has backup_servers.${name} already: change it there, or ` +
      "choose another name",
  );
}

/** Refuses a server that has a name already, whose backups would be told twice. */
export function requireOnce({ path, content }: Existing, { host, port }: Required<Address>): void {
  for (const [name, section] of Object.entries(content.backup_servers ?? {})) {
    const { host: taken, port: takenPort = BACKUP_PORT } = Object(section);
    if (taken !== host || takenPort !== port) continue;
    throw new UsageError(
      `Cannot add a backup server: ${path} has ${hostForUrl(host)}:${port} already, as ` +
        `backup_servers.${name}`,
    );
  }
}

/** Where it is, by option or by asking. */
export async function chooseBackupAddress(
  { host, port }: InitArguments,
  { asking, steps }: { asking: Asking; steps: Steps },
): Promise<Required<Address>> {
  const address = host ?? readAddress(
    await asking.text(steps.texts.askBackupAddress, {
      missing: "Cannot add a backup server without its address: give --host HOST",
      check: (text) => complaintOf(() => readAddress(text)),
    }),
  );
  const chosen = { host: address.host, port: port ?? address.port ?? BACKUP_PORT };
  steps.done(steps.texts.backupServer, `${hostForUrl(chosen.host)}:${chosen.port}`);
  return chosen;
}
