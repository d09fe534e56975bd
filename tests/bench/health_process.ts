import { serveLines } from "./child.ts";

/** Whom to ask whether it is well, and for how long. */
export interface Asked {
  readonly port: number;
  readonly pid: number;
  readonly ms: number;
}

/** How long the answers took, in milliseconds. */
export interface Waits {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  /** The longest without the time in which either side was ready to run and got no core. */
  readonly longestOwnMs: number;
  /** The longest that the other side computed meanwhile. */
  readonly longestCpuMs: number;
}

const EVERY_MS = 3;
const encoder = new TextEncoder();

/** Asks again and again, in a process that does nothing else: what the other side does at once keeps it waiting. */
async function ask({ port, pid, ms }: Asked): Promise<Waits> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  connection.setNoDelay();
  const request = encoder.encode(`GET /healthz HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`);
  const part = new Uint8Array(4_096);
  const waits: number[] = [];
  let longestOwnMs = 0;
  let longestCpuMs = 0;
  const end = performance.now() + ms;
  while (performance.now() < end) {
    const [there, here] = [timesOf(pid), timesOf("self")];
    const sent = performance.now();
    await connection.write(request);
    // It is so short that it comes in one piece.
    if (await connection.read(part) === null) throw new Error("the connection was closed");
    const wait = performance.now() - sent;
    waits.push(wait);
    const [thereNow, hereNow] = [timesOf(pid), timesOf("self")];
    const held = thereNow.heldUpMs - there.heldUpMs + hereNow.heldUpMs - here.heldUpMs;
    longestOwnMs = Math.max(longestOwnMs, wait - held);
    longestCpuMs = Math.max(longestCpuMs, thereNow.cpuMs - there.cpuMs);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  waits.sort((a, b) => a - b);
  const share = (part: number) => waits[Math.floor(waits.length * part)] ?? NaN;
  const longestMs = waits.at(-1) ?? NaN;
  return { p50Ms: share(0.5), p99Ms: share(0.99), longestMs, longestOwnMs, longestCpuMs };
}

/** How long the main thread of a process has run, and has been ready to run and had to wait for a core. */
function timesOf(pid: number | "self"): { readonly cpuMs: number; readonly heldUpMs: number } {
  const [ran, waited] = Deno.readTextFileSync(`/proc/${pid}/schedstat`).split(" ");
  return { cpuMs: Number(ran) / 1e6, heldUpMs: Number(waited) / 1e6 };
}

await serveLines(ask);
