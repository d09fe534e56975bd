import assert from "node:assert/strict";
import { DEFAULT_CLUSTER } from "../../lib/database/cluster_name.ts";
import { historyOf } from "../../lib/database/history.ts";
import { sleep } from "../../lib/proxmox/api/connect.ts";
import { OBJECTS, serialized } from "../../lib/proxmox/history/content.ts";
import { guestContent } from "../../lib/proxmox/history/look.ts";
import { Site, type SiteOptions } from "../site.ts";
import { until } from "../support/until.ts";
import { guest } from "./guests.ts";

export const HOUR_MS = 3_600_000;
const PAUSE_MS = 100;

/** Keeps that a guest was so long ago as it is now, but for these settings; undefined is none. */
export async function remember(
  site: Site,
  vmid: number,
  { ago, ...was }: { ago: number } & Record<string, string | number | undefined>,
): Promise<void> {
  const { type, node } = guest(site, vmid);
  const { value } = await site.call("get_guest_config", { vmid });
  const config = Object.entries({ ...value.config, ...was })
    .filter(([, value]) => value !== undefined);
  const content = serialized(guestContent({ vmid, type, node }, Object.fromEntries(config)));
  const at = new Date(Date.now() - ago);
  await historyOf(site.database, DEFAULT_CLUSTER)?.keep(OBJECTS.guest(vmid), { at, content });
}

/** A site whose looks come when a test lets the time pass, which begins two hours ago. */
export class Looking implements AsyncDisposable {
  readonly site: Site;
  readonly #time: Time;

  private constructor(site: Site, time: Time) {
    this.site = site;
    this.#time = time;
  }

  static async start(options: SiteOptions = {}): Promise<Looking> {
    const time = new Time();
    const { now, sleep } = time;
    const config = { ...options.config, history: { enabled: true, ...options.config?.history } };
    return new Looking(await Site.start({ ...options, config, now, sleep }), time);
  }

  /** Lets time pass, and waits until whatever look is due is over. */
  pass(ms: number): Promise<void> {
    return this.#time.pass(ms);
  }

  /** Lets a look begin. */
  begin(): Promise<void> {
    return this.#time.begin(0);
  }

  /** How many rows the database keeps. */
  async rows(where = "1 = 1"): Promise<number> {
    const statement = `SELECT count(*) AS n FROM proxmox_mcp_history WHERE ${where}`;
    const [row] = await this.site.database.all(statement);
    return Number(row?.n);
  }

  async changes(args: Record<string, unknown> = {}, token?: string) {
    const given = token === undefined ? {} : { token };
    const { isError, text, value } = await this.site.call("get_changes", args, given);
    assert.equal(isError, false, text);
    return value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.site[Symbol.asyncDispose]();
  }
}

class Time {
  #offset = -2 * HOUR_MS;
  #wake: (() => void) | undefined;

  readonly now = (): Date => new Date(Date.now() + this.#offset);

  readonly sleep = (ms: number, signal: AbortSignal): Promise<void> => {
    if (ms === PAUSE_MS) return Promise.resolve();
    if (ms < 60_000) return sleep(ms, signal);
    const { promise, resolve } = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => resolve(), { once: true });
    this.#wake = resolve;
    return promise;
  };

  async pass(ms: number): Promise<void> {
    await this.begin(ms);
    await until(() => this.#wake !== undefined);
  }

  async begin(ms: number): Promise<void> {
    await until(() => this.#wake !== undefined);
    const wake = this.#wake;
    this.#wake = undefined;
    this.#offset += ms;
    wake?.();
  }
}
