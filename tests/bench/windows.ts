import type { Call } from "./calls.ts";
import type { Child } from "./child.ts";
import { cpuMicros } from "./cpu.ts";
import type { Done, Work } from "./driver_process.ts";
import type { Subject } from "./program.ts";

/** What one subject did in its windows. */
export interface Measured {
  readonly subject: string;
  readonly callsPerSecond: number;
  readonly cpuMicros: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The longest that `/healthz` took meanwhile, in the best window. */
  readonly healthMs: number;
  /** Requests to Proxmox per call. */
  readonly upstream: number;
}

export interface WindowOptions {
  readonly driver: Child;
  readonly fake: Child;
  readonly rounds: number;
  readonly ms: number;
}

interface Window extends Done {
  readonly cpu: number;
  readonly requests: number;
}

/** Until the engine has made fast code of what a call needs, which takes thousands of calls. */
const WARM_UP_MS = 2_000;
const WARM_UP_CONNECTIONS = 16;
const SETTLE_MS = 250;

/** Lets all subjects answer a call until it no longer becomes faster. */
export async function warmUp(
  call: Call,
  { subjects }: { subjects: readonly Subject[] },
  options: WindowOptions,
): Promise<void> {
  let answerBytes = 0;
  for (const subject of subjects) {
    const work = workOn(call, { subject, connections: WARM_UP_CONNECTIONS, answerBytes });
    ({ answerBytes } = await open({ ...work, ms: WARM_UP_MS }, { subject, ...options }));
  }
}

/**
 * Measures a call of all subjects in turns, each turn in another order, so that what else the machine does
 * falls on all of them.
 */
export async function measure(
  call: Call,
  { subjects, connections }: { subjects: readonly Subject[]; connections: number },
  options: WindowOptions,
): Promise<Measured[]> {
  const windows = new Map<Subject, Window[]>(subjects.map((subject) => [subject, []]));
  let answerBytes = 0;
  for (let round = 0; round < options.rounds; round++) {
    for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) {
      const work = workOn(call, { subject, connections, answerBytes });
      if (round === 0) await open({ ...work, ms: SETTLE_MS }, { subject, ...options });
      const window = await open({ ...work, ms: options.ms }, { subject, ...options });
      if (subject.name !== "bare") answerBytes = window.answerBytes;
      windows.get(subject)?.push(window);
    }
  }
  return [...windows].map(([{ name }, seen]) => summed(name, seen));
}

export function workOn(
  call: Call,
  { subject, connections, answerBytes }: {
    subject: Subject;
    connections: number;
    answerBytes: number;
  },
): Omit<Work, "ms"> {
  const bare = call.bare === "/static" ? `/static/${answerBytes}` : call.bare;
  const { method, params } = call;
  return {
    port: subject.port,
    path: subject.name === "bare" ? bare : "/mcp",
    tokens: subject.tokens,
    bodies: params.map((each) => JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: each })),
    connections,
  };
}

async function open(
  work: Work,
  { driver, fake, subject }: { driver: Child; fake: Child; subject: Subject },
): Promise<Window> {
  const count = () => fake.ask<{ requests: number }>({});
  const [before, { requests }] = [await cpuMicros(subject.pid), await count()];
  const done = await driver.ask<Done>(work);
  if (done.failure !== undefined) throw new Error(`${subject.name}: ${done.failure}`);
  const cpu = await cpuMicros(subject.pid) - before;
  return { ...done, cpu, requests: (await count()).requests - requests };
}

function summed(subject: string, windows: readonly Window[]): Measured {
  const sum = (of: (window: Window) => number) =>
    windows.reduce((total, window) => total + of(window), 0);
  const calls = sum((window) => window.calls);
  return {
    subject,
    callsPerSecond: calls / sum((window) => window.seconds),
    cpuMicros: sum((window) => window.cpu) / calls,
    p50Ms: Math.min(...windows.map((window) => window.p50Ms)),
    p99Ms: Math.min(...windows.map((window) => window.p99Ms)),
    healthMs: Math.min(...windows.map((window) => window.healthMs)),
    upstream: sum((window) => window.requests) / calls,
  };
}
