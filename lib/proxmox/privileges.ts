import type { Client } from "./api/client.ts";
import { isRecord, record } from "./api/values.ts";

/** Proxmox paths and the privileges granted there. */
export type Grants = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const KEPT_MS = 5 * 60_000;
const PATIENCE_MS = 3_000;
const RETRY_MS = 30_000;
const SHARED_MS = 2_000;

/**
 * What the API token may do, read at most every five minutes. Old knowledge is given at once and
 * renewed behind the reader's back; only the very first reader waits.
 */
export class Access {
  readonly #client: Client;
  readonly #monotonic: () => number;
  #known: { grants: Grants | undefined; at: number } | undefined;
  #loading: Promise<Grants | undefined> | undefined;

  /** @param monotonic milliseconds that only ever rise */
  constructor(client: Client, monotonic: () => number) {
    this.#client = client;
    this.#monotonic = monotonic;
  }

  /**
   * The grants; undefined when Proxmox has not told them yet.
   *
   * @param options.fresh waits for newer ones than two seconds, for who is about to say what lacks
   */
  async grants({ fresh = false } = {}): Promise<Grants | undefined> {
    const age = this.#known ? this.#monotonic() - this.#known.at : Infinity;
    if (age >= (fresh ? SHARED_MS : KEPT_MS)) this.#loading ??= this.#load();
    return this.#known && !fresh ? this.#known.grants : await this.#loading ?? this.#known?.grants;
  }

  /** The token is another one: what the last one may do tells nothing. */
  forget(): void {
    this.#known = undefined;
  }

  async #load(): Promise<Grants | undefined> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    let grants: Grants | undefined;
    try {
      const { data } = await this.#client.read("/access/permissions", signal);
      grants = grantsOf(data);
    } catch {
      // Not knowing hides nothing: Proxmox itself refuses what the token may not do.
    } finally {
      this.#loading = undefined;
    }
    const at = this.#monotonic();
    // A silent Proxmox is not asked again by each reader, who would wait each time.
    this.#known = grants
      ? { grants, at }
      : { grants: this.#known?.grants, at: at - KEPT_MS + RETRY_MS };
    return this.#known.grants;
  }
}

/** What is no record of privileges grants none; undefined for what tells nothing at all. */
function grantsOf(data: unknown): Grants | undefined {
  if (!isRecord(data)) return undefined;
  const grants = Object.entries(data).map(([path, held]) => [path, record(held)]);
  return Object.fromEntries(grants);
}

/**
 * True when the grants hold, anywhere that fits, one of the privileges for each requirement. A grant
 * on a pool counts for the guests and storages in it; a value of 0 only means "does not propagate".
 */
export function mayAnywhere(
  grants: Grants | undefined,
  requirements: readonly (readonly [path: string, ...anyOf: string[]])[],
): boolean {
  if (grants === undefined) return true;
  return requirements.every(([template, ...anyOf]) =>
    Object.entries(grants).some(([at, privileges]) =>
      covers(at, template) && anyOf.some((privilege) => privilege in privileges)
    )
  );
}

/**
 * True when one of the privileges is held on exactly this path: by a grant there, else by the nearest one
 * above it that propagates. Proxmox tells what is held on each path that it names, and names the first
 * level (`/vms`) whenever anything is held there, so nothing is taken from `/` itself.
 */
export function holds(grants: Grants, path: string, anyOf: readonly string[]): boolean {
  const held = grants[path];
  if (held !== undefined) return anyOf.some((privilege) => privilege in held);
  for (let at = above(path); at !== ""; at = above(at)) {
    const from = grants[at];
    if (from !== undefined) return anyOf.some((privilege) => Boolean(Number(from[privilege] ?? 0)));
  }
  return false;
}

function above(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

function covers(granted: string, template: string): boolean {
  if (granted === "/") return true;
  const root = `/${template.split("/")[1] ?? ""}`;
  if (template === "/") return false;
  return granted === root || granted.startsWith(`${root}/`) ||
    (granted.startsWith("/pool/") && (root === "/vms" || root === "/storage"));
}
