import { AppError } from "../../errors.ts";
import { type ApiDescription, parseApiDescription } from "./description.ts";
import type { Client } from "../api/client.ts";

const FILE = "/pve-docs/api-viewer/apidoc.js";
const LOAD_MS = 60_000;

/** The API description of the connected Proxmox, read once per version and shared by all calls. */
export class ApiDescriptions {
  readonly #client: Pick<Client, "file">;
  #current: { version: string; loading: Promise<ApiDescription> } | undefined;

  readonly #advice: string;

  /** @param advice where to look for paths */
  constructor(client: Pick<Client, "file">, advice: string) {
    this.#client = client;
    this.#advice = advice;
  }

  /**
   * The description that fits a version; a failed reading is not kept.
   *
   * @throws AppError `not_found` where Proxmox does not serve it
   */
  async get(version: string): Promise<ApiDescription> {
    if (this.#current?.version !== version) {
      this.#current = { version, loading: this.#load() };
    }
    const current = this.#current;
    try {
      return await current.loading;
    } catch (error) {
      if (this.#current === current) this.#current = undefined;
      throw error;
    }
  }

  async #load(): Promise<ApiDescription> {
    const file = await this.#client.file(FILE, AbortSignal.timeout(LOAD_MS)).catch((cause) => {
      if (!(cause instanceof AppError) || cause.code !== "not_found") throw cause;
      throw new AppError(
        "not_found",
        `this Proxmox does not serve the description of its API (${cause.message}); the package pve-docs on its nodes does`,
        { cause },
      );
    });
    return parseApiDescription(file, this.#advice);
  }
}
