import { type FakePbs, type FakePbsOptions, type PbsTokenKind, startFakePbs } from "../fake_pbs.ts";
import { Site, type SiteOptions } from "../site.ts";

interface Sections extends SiteOptions {
  /** Whose token each server is asked with; default `{ pbs1: "admin" }`. */
  readonly servers?: Readonly<Record<string, PbsTokenKind>>;
  readonly pbs?: FakePbsOptions;
  /** False: the cluster stores nothing there; default: `pbs1` is a storage of it. */
  readonly stored?: boolean;
  readonly timeoutSeconds?: number;
}

/** What the config says of a simulated backup server. */
export function sectionFor(pbs: FakePbs, kind: PbsTokenKind, more: Record<string, unknown> = {}) {
  const { user, name, value } = pbs.tokenFor(kind);
  const { fingerprint, host, port } = pbs;
  return { host, port, fingerprint, user, token_name: name, token_value: value, ...more };
}

/** An installation that knows backup servers, of which the first also is a storage of the cluster. */
export class BackupSite implements AsyncDisposable {
  readonly #servers: ReadonlyMap<string, FakePbs>;
  readonly site: Site;

  private constructor(site: Site, servers: ReadonlyMap<string, FakePbs>) {
    this.site = site;
    this.#servers = servers;
  }

  static async start(
    { pbs, pve, servers = { pbs1: "admin" }, stored = true, timeoutSeconds, ...options }: Sections =
      {},
  ): Promise<BackupSite> {
    const started = new Map<string, FakePbs>();
    for (const name of Object.keys(servers)) {
      started.set(name, await startFakePbs({ ...pbs, node: name === "pbs1" ? "pbs" : name }));
    }
    const [first] = started.values();
    const more = timeoutSeconds === undefined ? {} : { timeout_seconds: timeoutSeconds };
    const sections = [...started].map(([name, fake]) =>
      [name, sectionFor(fake, servers[name] ?? "admin", more)] as const
    );
    const site = await Site.start({
      ...options,
      pve: { ...pve, ...(stored && first ? { backupServer: first } : {}) },
      config: { ...options.config, backup_servers: Object.fromEntries(sections) },
    });
    return new BackupSite(site, started);
  }

  /** The simulated server of this name, by default the first. */
  pbs(name = "pbs1"): FakePbs {
    const fake = this.#servers.get(name);
    if (fake === undefined) throw new Error(`no backup server ${name} was started`);
    return fake;
  }

  /** What a tool answers; throws what it is refused with. */
  // deno-lint-ignore no-explicit-any -- each test knows the shape it asks for
  async value(tool: string, args: Record<string, unknown> = {}): Promise<any> {
    const { isError, text, value } = await this.site.call(tool, args);
    if (isError) throw new Error(text);
    return value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.site[Symbol.asyncDispose]();
    for (const fake of this.#servers.values()) await fake.close();
  }
}
