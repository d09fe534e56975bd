import { typed } from "../../command.ts";
import { dirname } from "node:path";
import type { Scope } from "../../auth/scope.ts";
import { type Config, filesOf, loadConfig, sqlitePath } from "../../config/config.ts";
import { check } from "../check/check.ts";
import { clientEntries, entriesText, TOKEN_PLACEHOLDER, urlOf } from "../clients.ts";
import { type CliContext, configOption, UsageError } from "../context.ts";
import { requireTokenOut, setUpAccounts } from "./accounts.ts";
import { askScope } from "./ask_scope.ts";
import type { Asking } from "./asking.ts";
import { makeFolderOf, readIfThere, writeWhole } from "./atomic.ts";
import { caToCopy, type Choices, contentWith, copiedCa } from "./content.ts";
import { configPath, Existing } from "./existing.ts";
import { installUnit, startOfUnit } from "./install_unit.ts";
import type { InitArguments } from "./options.ts";
import { chooseToken } from "./proxmox_token.ts";
import { chooseEndpoint, chooseTrust, isOwnCluster } from "./server.ts";
import type { Steps } from "./steps.ts";

const READABLE = 0o644;

/** What a run of `init` does, from the first question to the entries for clients. */
export class Setup {
  readonly #context: CliContext;
  readonly #options: InitArguments;
  readonly #steps: Steps;
  readonly #asking: Asking;
  #scope: Scope | undefined;

  constructor(
    context: CliContext,
    { options, asking, steps }: { options: InitArguments; asking: Asking; steps: Steps },
  ) {
    this.#context = context;
    this.#options = options;
    this.#steps = steps;
    this.#asking = asking;
    this.#scope = options.scope;
  }

  async run(): Promise<void> {
    const { io } = this.#context;
    const options = this.#options;
    const steps = this.#steps;
    const path = await configPath(options.config, {
      env: io.env,
      unit: options.unit !== undefined,
    });
    const existing = await Existing.read(path, { force: options.force ?? false });
    await requireTokenOut(options.tokenOut, existing.state);
    if (this.#asking.possible) steps.lines([steps.texts.intro, ""]);
    const choices = await this.#choose(existing);
    const config = await this.#write(existing, choices);
    const token = await setUpAccounts(config, {
      options,
      asking: this.#asking,
      steps,
      state: existing.state,
      scope: () => this.#askScope(),
      now: io.now,
    });
    steps.title(steps.texts.checking);
    await check(this.#context, { config: path, lock: false, headlines: steps.texts.headlines });
    await installUnit(config, { options, asking: this.#asking, steps });
    steps.title(steps.texts.entries);
    io.out("");
    io.out(entriesText(entriesFor(urlOf(config), token)));
    steps.title(steps.texts.start);
    const isFound = path === await configPath(undefined, { env: io.env, unit: false });
    const serve = typed(`serve${isFound ? "" : configOption(config)}`);
    steps.lines([await startOfUnit(config, options) ?? serve]);
  }

  async #choose(existing: Existing): Promise<Choices> {
    const { env } = this.#context.io;
    const asking = this.#asking;
    const options = this.#options;
    const steps = this.#steps;
    const endpoint = await chooseEndpoint(options, { existing, asking, env, steps });
    const trust = await chooseTrust(options, { endpoint, existing, asking, steps });
    const rest = { endpoint, trust, options, language: steps.language };
    const ca = caToCopy(existing, trust);
    const token = await chooseToken(options, {
      existing,
      asking,
      env,
      steps,
      isOwnCluster: isOwnCluster(endpoint, trust),
      scope: () => this.#askScope(),
      preview: async (token) => {
        const content = contentWith(existing, { ...rest, token });
        const files = new Map(token.file === null ? [] : [[token.file, token.secret]]);
        const { clusters: [cluster] } = await existing.preview(content, { env, files });
        // The copy is not made before the token has worked.
        return ca === null ? cluster : { ...cluster, proxmox: { ...cluster.proxmox, ca_file: ca } };
      },
    });
    return { ...rest, token };
  }

  /** Writes what differs from what is there: nothing of it before all of it is known to work. */
  async #write(existing: Existing, choices: Choices): Promise<Config> {
    const { io } = this.#context;
    const { texts } = this.#steps;
    const { token, trust } = choices;
    const content = contentWith(existing, choices);
    const changes = existing.differs(content);
    if (changes && !existing.isOwn && !this.#options.force) {
      throw new UsageError(
        `Cannot change ${existing.path}: init did not write it as it is: add --force, which keeps a ` +
          "copy, or leave out what differs from it",
      );
    }
    if (makeFolderOf(existing.path)) this.#steps.done(texts.folder, dirname(existing.path));
    const ca = caToCopy(existing, trust);
    if (ca !== null) writeWhole(copiedCa(existing), await Deno.readTextFile(ca), READABLE);
    if (token.file !== null) await this.#writeSecret(token.file, token.secret);
    if (existing.state.proxmoxToken !== null) existing.state.proxmoxToken = null;
    if (changes) {
      const copy = existing.write(content, { now: io.now() });
      if (copy !== null) this.#steps.done(texts.backup, copy);
      this.#steps.done(texts.config, existing.path);
    } else this.#steps.kept(texts.config, existing.path);
    const config = await loadConfig({ file: existing.path, env: io.env });
    const files = [...filesOf(config, "log_file"), ...filesOf(config, "written_file")];
    const database = sqlitePath(config.database.url);
    for (
      const path of [
        ...(database === null ? [] : [database]),
        ...files.map(({ path }) => path),
      ]
    ) {
      if (makeFolderOf(path)) this.#steps.done(texts.folder, dirname(path));
    }
    return config;
  }

  async #writeSecret(file: string, secret: string): Promise<void> {
    const { texts } = this.#steps;
    const before = await readIfThere(file);
    if (before?.trim() === secret) return this.#steps.kept(texts.secret, file);
    makeFolderOf(file);
    writeWhole(file, `${secret}\n`);
    this.#steps.done(texts.secret, file);
  }

  /** Asked once, and only where it is needed. */
  async #askScope(): Promise<Scope> {
    return this.#scope ??= await askScope(this.#asking, this.#steps);
  }
}

/** Only a shell reads a token out of its file; elsewhere a word stands for it. */
function entriesFor(url: string, token: string | null) {
  const shown = token === null || token.startsWith("$(") ? TOKEN_PLACEHOLDER : token;
  const shell = clientEntries({ url, token: token ?? TOKEN_PLACEHOLDER });
  return clientEntries({ url, token: shown }).map((entry, at) =>
    entry.file === null ? shell[at] ?? entry : entry
  );
}
