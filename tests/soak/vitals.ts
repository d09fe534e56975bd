/** What the system says of a process. */
export interface Vitals {
  readonly rssBytes: number;
  readonly threads: number;
  readonly descriptors: number;
  readonly sockets: number;
  /** Connections of its clients, and those to the simulated Proxmox. */
  readonly clients: number;
  readonly upstream: number;
}

/** Reads `/proc`. @param ports where the process listens, and where its Proxmox does */
export async function vitalsOf(
  pid: number,
  ports: { readonly own: number; readonly upstream: number },
): Promise<Vitals> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const links = await descriptorsOf(pid);
  const inodes = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const connections = (await Deno.readTextFile(`/proc/${pid}/net/tcp`)).split("\n").slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] !== LISTENING && inodes.has(fields[9] ?? ""));
  const portIn = (field: string | undefined) => parseInt(field?.split(":")[1] ?? "", 16);
  return {
    rssBytes: numberIn(status, "VmRSS") * 1024,
    threads: numberIn(status, "Threads"),
    descriptors: links.length,
    sockets: inodes.size,
    clients: connections.filter((fields) => portIn(fields[1]) === ports.own).length,
    upstream: connections.filter((fields) => portIn(fields[2]) === ports.upstream).length,
  };
}

const LISTENING = "0A";

function numberIn(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? NaN);
}

async function descriptorsOf(pid: number): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(`/proc/${pid}/fd`)) names.push(name);
  const links = names.map((name) => Deno.readLink(`/proc/${pid}/fd/${name}`).catch(() => ""));
  return (await Promise.all(links)).filter((link) => link !== "");
}

/** Samples of memory over time, in milliseconds since it began. */
export class Memory {
  readonly #samples: { at: number; rssBytes: number }[] = [];

  add(at: number, rssBytes: number): void {
    this.#samples.push({ at, rssBytes });
  }

  /** The median of the samples from one time to another. */
  median(from: number, to: number): number {
    const within = this.#samples.filter(({ at }) => at >= from && at <= to)
      .map(({ rssBytes }) => rssBytes).toSorted((a, b) => a - b);
    return within[Math.floor(within.length / 2)] ?? NaN;
  }

  get most(): number {
    return Math.max(...this.#samples.map(({ rssBytes }) => rssBytes));
  }
}
