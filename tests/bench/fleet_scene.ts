import { tableOf } from "../soak/table.ts";
import type { Child } from "./child.ts";
import { cpuMicros, rssBytes } from "./cpu.ts";
import type { Counts, Fleet } from "./fleet_fake_process.ts";
import type { FleetProgram } from "./fleet_program.ts";

export interface Options {
  readonly clusters: number;
  readonly tokens: number;
  readonly checkout?: string;
  readonly only?: string;
}

/** Who answers, who asks, and how the answers come. */
export interface Scene {
  readonly fake: Child;
  readonly driver: Child;
  readonly fleet: Fleet;
  readonly options: Options;
}

export type Row = readonly (string | number)[];

export const wait = (ms: number): Promise<void> =>
  new Promise<void>((resolve) => setTimeout(resolve, ms));

/** CPU of the program and requests to the clusters while something is done. */
export async function during<T>({ fake }: Scene, program: FleetProgram, act: () => Promise<T>) {
  const look = async () => ({
    cpu: (await Promise.all(program.servers.map(({ pid }) => cpuMicros(pid)))).reduce((a, b) =>
      a + b
    ),
    ...await fake.ask<Counts>({}),
    at: performance.now(),
  });
  const before = await look();
  const done = await act();
  const after = await look();
  return {
    done,
    cpuMs: (after.cpu - before.cpu) / 1000,
    ms: after.at - before.at,
    requests: after.requests - before.requests,
    connections: after.connections - before.connections,
  };
}

export async function rssOf(program: FleetProgram): Promise<string> {
  const each = await Promise.all(program.servers.map(({ pid }) => rssBytes(pid)));
  return each.map((bytes) => Math.round(bytes / 2 ** 20)).join(" + ");
}

export function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

export function show(head: Row, rows: readonly Row[]): void {
  if (rows.length === 0) return;
  Deno.stdout.writeSync(new TextEncoder().encode(`${tableOf([head, ...rows])}\n\n`));
}
