import { basename, dirname, join, resolve } from "node:path";
import { type Config, DEFAULT_CONFIG_FILES, loadConfig } from "../../config/config.ts";
import type { ReadEnvironment } from "../../config/types.ts";
import { isRecord } from "../../record.ts";
import { UsageError } from "../context.ts";
import { readIfThere, writeWhole } from "./atomic.ts";
import { InitState } from "./state.ts";

type Section = Readonly<Record<string, unknown>>;
/** The content of a config file, by its sections. */
export type Content = Readonly<Record<string, Section>>;

const PACKAGED = "/etc/proxmox-mcp/config.json";

/** The config file that `init` is about, as it was found. */
export class Existing {
  /** Absolute. */
  readonly path: string;
  readonly state: InitState;
  /** Empty when there is no file, or none to keep. */
  readonly content: Content;
  readonly #text: string | null;
  /** The cluster that the sections are of; empty for the one that `proxmox` names. */
  readonly #cluster: string;

  private constructor(
    parts: {
      path: string;
      state: InitState;
      content: Content;
      text: string | null;
      cluster?: string;
    },
  ) {
    this.path = parts.path;
    this.state = parts.state;
    this.content = parts.content;
    this.#text = parts.text;
    this.#cluster = parts.cluster ?? "";
  }

  /** Reads it; with `force` a file that is no config counts as empty. */
  static async read(path: string, { force }: { force: boolean }): Promise<Existing> {
    const text = await readIfThere(path);
    const state = await InitState.read(`${path}.init`);
    const content = contentOf(text ?? "{}");
    if (content === null && !force) {
      throw new UsageError(
        `Cannot use ${path}: it is no config: add --force to replace it, which keeps a copy`,
      );
    }
    return new Existing({ path, state, content: content ?? {}, text });
  }

  /** The same file, with the sections of one of its `clusters` in the place of `proxmox` and `auth`. */
  within(cluster: string): Existing {
    const sections = this.content.clusters?.[cluster];
    const content = isRecord(sections) ? sections as Content : {};
    const { path, state } = this;
    return new Existing({ path, state, content, text: this.#text, cluster });
  }

  get isThere(): boolean {
    return this.#text !== null;
  }

  /** Whether somebody may rely on what it says, and on what it leaves unsaid. */
  get isInUse(): boolean {
    return this.isThere && !isTemplate(this.content);
  }

  /** Whether a package or `init` wrote it, and nobody has changed it since. */
  get isOwn(): boolean {
    if (this.#text === null || this.state.wrote(this.#text)) return true;
    return isTemplate(this.content);
  }

  /** What stands at a key, unless the file only shows what a config looks like. */
  at(section: string, name: string): unknown {
    if (isTemplate(this.content) && name.startsWith("host")) return undefined;
    return this.content[section]?.[name];
  }

  /** The config with this content, before it is written. */
  preview(
    content: Content,
    { env, files }: { env: ReadEnvironment; files?: ReadonlyMap<string, string> },
  ): Promise<Config> {
    return loadConfig({
      file: this.path,
      env,
      readFile: (path) => {
        if (path === this.path) return Promise.resolve(textOf(content));
        const text = files?.get(path);
        return text === undefined ? Deno.readTextFile(path) : Promise.resolve(text);
      },
    });
  }

  /** Whether this content says anything else than the file does. */
  differs(content: Content): boolean {
    return this.#text === null || JSON.stringify(content) !== JSON.stringify(this.content);
  }

  /** Writes the content; gives the path of the copy when somebody's file is replaced. */
  write(content: Content, { now }: { now: Date }): string | null {
    const text = textOf(content);
    const copy = this.#text === null || this.isOwn
      ? null
      : `${this.path}.${now.toISOString().slice(0, 19).replaceAll(/\D/g, "")}.bak`;
    if (copy !== null && this.#text !== null) writeWhole(copy, this.#text);
    this.state.willWrite(text);
    writeWhole(this.path, text);
    return copy;
  }

  /** A file beside the config, the cluster's own. */
  beside(name: string): string {
    const own = this.#cluster === "" ? name : name.replace(/(?=\.|$)/, `-${this.#cluster}`);
    return join(dirname(this.path), own);
  }
}

/** Where the config is, or is to be: as `serve` looks for it, else here. */
export async function configPath(
  named: string | undefined,
  { env, unit }: { env: ReadEnvironment; unit: boolean },
): Promise<string> {
  const given = named ?? env("PROXMOX_MCP_CONFIG");
  if (given !== undefined) return resolve(given);
  for (const candidate of DEFAULT_CONFIG_FILES) {
    if (await readIfThere(resolve(candidate)).catch(() => null) !== null) return resolve(candidate);
  }
  return unit ? PACKAGED : resolve(basename(DEFAULT_CONFIG_FILES[0]));
}

function textOf(content: Content): string {
  return JSON.stringify(content, null, 2) + "\n";
}

function contentOf(text: string): Content | null {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    const sections = isRecord(value) ? Object.values(value) : [null];
    return sections.every(isRecord) ? value as Content : null;
  } catch {
    return null;
  }
}

/** Names below `.example` belong to nobody; packages and examples use them. */
function isTemplate({ proxmox }: Content): boolean {
  return typeof proxmox?.host === "string" && proxmox.host.endsWith(".example");
}
