import { hash } from "node:crypto";
import { makeFolderOf, readIfThere, writeWhole } from "./atomic.ts";

interface Kept {
  /** SHA-256 of the configs that were written, or were about to be. */
  readonly configs: readonly string[];
  /** SHA-512 of a token that its holder may not have seen. */
  readonly token: string | null;
  /** A token of Proxmox, `user!name`, whose secret may not be written yet. */
  readonly proxmoxToken: string | null;
}

const NOTHING: Kept = { configs: [], token: null, proxmoxToken: null };

/**
 * What a run of `init` leaves for the next one, in a file beside the config. Each note is written before
 * what it speaks of, so that an interruption in between is noticed.
 */
export class InitState {
  readonly #path: string;
  #kept: Kept;

  private constructor(path: string, kept: Kept) {
    this.#path = path;
    this.#kept = kept;
  }

  static async read(path: string): Promise<InitState> {
    const text = await readIfThere(path);
    return new InitState(path, text === null ? NOTHING : keptOf(text));
  }

  /** The token that an interrupted run may not have shown. */
  get unseenToken(): string | null {
    return this.#kept.token;
  }

  set unseenToken(hash: string | null) {
    this.#save({ ...this.#kept, token: hash });
  }

  /** The token of Proxmox that an interrupted run made. */
  get proxmoxToken(): string | null {
    return this.#kept.proxmoxToken;
  }

  set proxmoxToken(id: string | null) {
    this.#save({ ...this.#kept, proxmoxToken: id });
  }

  wrote(text: string): boolean {
    return this.#kept.configs.includes(hash("sha256", text, "hex"));
  }

  willWrite(text: string): void {
    const [last] = this.#kept.configs;
    this.#save({
      ...this.#kept,
      configs: [hash("sha256", text, "hex"), ...(last === undefined ? [] : [last])],
    });
  }

  #save(kept: Kept): void {
    makeFolderOf(this.#path);
    writeWhole(this.#path, JSON.stringify(kept) + "\n");
    this.#kept = kept;
  }
}

function keptOf(text: string): Kept {
  try {
    const { configs, token, proxmoxToken } = JSON.parse(text);
    return {
      configs: Array.isArray(configs) ? configs.map(String) : [],
      token: typeof token === "string" ? token : null,
      proxmoxToken: typeof proxmoxToken === "string" ? proxmoxToken : null,
    };
  } catch {
    return NOTHING;
  }
}
