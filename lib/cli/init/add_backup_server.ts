import { basename, resolve } from "node:path";
import { typed } from "../../command.ts";
import { hostForUrl } from "../../config/config.ts";
import { AppError, messageOf, oneLine } from "../../errors.ts";
import { isPbsKind } from "../../pbs/api/errors.ts";
import { PbsReader } from "../../pbs/reader.ts";
import { connectBackupServers } from "../../pbs/servers.ts";
import { sleep } from "../../proxmox/api/connect.ts";
import { adviceHead, commandsFor } from "../check/backup_commands.ts";
import { ALL_NEEDS } from "../check/backup_needs.ts";
import { type SeenServer, seeServer } from "../check/certificate.ts";
import { tryConnect } from "../check/network.ts";
import { type CliContext, configOption, UsageError } from "../context.ts";
import { shownVersion } from "../serve/probe.ts";
import { type Asking, checkedAs } from "./asking.ts";
import { writeWhole } from "./atomic.ts";
import { chooseBackupAddress, configToExtend, requireOnce } from "./backup_address.ts";
import { caToCopy } from "./content.ts";
import type { Content } from "./existing.ts";
import { leftToDo } from "./left.ts";
import type { Address, InitArguments } from "./options.ts";
import { readSecret } from "./proxmox_token.ts";
import { hexOf, pinned, readCa, showCertificate } from "./server.ts";
import type { Steps } from "./steps.ts";

const PATIENCE_MS = 10_000;
const ATTEMPTS = 3;
const READABLE = 0o644;
const BACKUP_COMMAND = "proxmox-backup-manager cert info";

/** What the config will say of a backup server, without its secret. */
interface Chosen {
  readonly host: string;
  readonly port: number;
  readonly fingerprint?: string;
  readonly ca_file?: string;
  readonly user: string;
  readonly token_name: string;
}

/** Adds one backup server to a config: nothing is written before its token has worked. */
export class AddBackupServer {
  readonly #context: CliContext;
  readonly #options: InitArguments;
  readonly #asking: Asking;
  readonly #steps: Steps;

  constructor(
    context: CliContext,
    { options, asking, steps }: { options: InitArguments; asking: Asking; steps: Steps },
  ) {
    this.#context = context;
    this.#options = options;
    this.#asking = asking;
    this.#steps = steps;
  }

  async run(name: string): Promise<void> {
    const { io } = this.#context;
    const steps = this.#steps;
    const existing = await configToExtend(name, { options: this.#options, env: io.env });
    const address = await chooseBackupAddress(this.#options, { asking: this.#asking, steps });
    requireOnce(existing, address);
    const chosen = { ...address, ...await this.#trust(address), ...await this.#token() };
    const advice = commandsFor(name, chosen, { needs: ALL_NEEDS, isThere: false });
    steps.title(adviceHead(advice));
    steps.lines([...advice.commands, ""]);
    const secret = await this.#provenSecret(name, chosen);
    const file = existing.beside(`pbs-${name}-token`);
    const ca = caToCopy(existing, chosen);
    const caText = ca === null ? null : await Deno.readTextFile(ca);
    const copiedCa = existing.beside(`pbs-${name}-ca.pem`);
    const section = {
      ...chosen,
      ...(ca === null ? {} : { ca_file: copiedCa }),
      token_value_file: basename(file),
    };
    const { backup_servers = {} } = existing.content;
    const content: Content = {
      ...existing.content,
      backup_servers: { ...backup_servers, [name]: section },
    };
    const files = new Map([[file, secret]]);
    const config = await existing.preview(content, { env: io.env, files });
    if (caText !== null) writeWhole(copiedCa, caText, READABLE);
    writeWhole(file, `${secret}\n`);
    steps.done(steps.texts.secret, file);
    const copy = existing.write(content, { now: io.now() });
    if (copy !== null) steps.done(steps.texts.backup, copy);
    steps.done(steps.texts.config, existing.path);
    steps.title(steps.texts.next);
    const option = configOption(config);
    steps.lines([
      ...leftToDo(steps.texts, option),
      `${steps.texts.look} ${typed(`check${option}`)}`,
    ]);
  }

  /** The certificate that is shown, pinned when the person agrees; or a CA that signed it. */
  async #trust(
    { host, port }: Required<Address>,
  ): Promise<Pick<Chosen, "fingerprint" | "ca_file">> {
    const { caFile, fingerprint } = this.#options;
    if (caFile !== undefined && fingerprint !== undefined) {
      throw new UsageError("Cannot use --ca-file and --fingerprint together: keep one of them");
    }
    if (caFile !== undefined) {
      const ca_file = resolve(caFile);
      await readCa(ca_file);
      return { ca_file };
    }
    const steps = this.#steps;
    const seen = await see({ host, port });
    showCertificate(seen, steps);
    if (fingerprint !== undefined) {
      pinned(fingerprint, { seen, steps, command: BACKUP_COMMAND });
      return { fingerprint: seen.fingerprint };
    }
    steps.detail("", steps.texts.compareBackup);
    if (!await this.#asking.agrees(steps.texts.askPin, steps.texts.yes)) {
      throw new AppError(
        "invalid",
        "Cannot go on: the certificate is not to be trusted: give --fingerprint or --ca-file",
      );
    }
    pinned(hexOf(seen.fingerprint), { seen, steps, command: BACKUP_COMMAND });
    return { fingerprint: seen.fingerprint };
  }

  async #token(): Promise<Pick<Chosen, "user" | "token_name">> {
    const { proxmoxUser, tokenName } = this.#options;
    const { texts } = this.#steps;
    const ask = (question: string, { key, fallback }: { key: string; fallback: string }) => {
      const check = checkedAs(`backup_servers.*.${key}`);
      return this.#asking.text(question, { fallback, missing: "", check });
    };
    return {
      user: proxmoxUser ?? await ask(texts.askUser, { key: "user", fallback: "mcp@pbs" }),
      token_name: tokenName ??
        await ask(texts.askTokenName, { key: "token_name", fallback: "assistant" }),
    };
  }

  /** The secret by which the server has answered. */
  async #provenSecret(name: string, chosen: Chosen): Promise<string> {
    const { tokenFile } = this.#options;
    const { texts } = this.#steps;
    const given = tokenFile === undefined ? undefined : await readSecret(tokenFile);
    for (let attempt = 1;; attempt++) {
      const secret = given ?? await this.#asking.secret(texts.askSecret, {
        missing: "Cannot add a backup server: give its token's secret by --token-file FILE",
        check: checkedAs("backup_servers.*.token_value"),
      });
      try {
        await this.#prove(name, { chosen, secret });
        return secret;
      } catch (error) {
        const again = isPbsKind(error, "token_rejected") && given === undefined;
        if (!again || attempt === ATTEMPTS) throw error;
        this.#steps.open(texts.token, messageOf(error));
      }
    }
  }

  async #prove(
    name: string,
    { chosen, secret }: { chosen: Chosen; secret: string },
  ): Promise<void> {
    const { fingerprint, ca_file } = chosen;
    const section = {
      ...chosen,
      verify_ssl: true,
      fingerprint: fingerprint === undefined ? null : hexOf(fingerprint),
      ca_file: ca_file ?? null,
      token_value: secret,
      token_value_file: null,
      timeout_seconds: PATIENCE_MS / 1000,
    };
    const options = { clock: () => performance.now(), sleep };
    const servers = await connectBackupServers({ backup_servers: { [name]: section } }, options);
    const { texts } = this.#steps;
    try {
      for (const { client } of servers) {
        const reader = new PbsReader(client, { signal: AbortSignal.timeout(PATIENCE_MS) });
        const { version } = await reader.get("/version");
        const granted = await reader.get("/access/permissions");
        this.#steps.done(texts.token, texts.backupWorks(client.tokenId, shownVersion(version)));
        if (Object.keys(Object(granted)).length === 0) {
          this.#steps.open(texts.token, texts.nothingGranted);
        }
      }
    } finally {
      servers.close();
    }
  }
}

/** Its certificate, before anybody trusts it. */
async function see({ host, port }: Required<Address>): Promise<SeenServer> {
  const advice = "check the address: Proxmox Backup Server's API listens on 8007";
  const refusal = await tryConnect({ host, port });
  if (refusal !== null) {
    throw new AppError(
      "unavailable",
      `Cannot reach the backup server: ${refusal.message}: ${advice}`,
    );
  }
  return await seeServer({ host, port }, PATIENCE_MS).catch((error) => {
    const reason = oneLine(messageOf(error));
    throw new AppError(
      "unavailable",
      `Cannot see the certificate of ${hostForUrl(host)}:${port}: ${reason}: ${advice}`,
      { cause: error },
    );
  });
}
