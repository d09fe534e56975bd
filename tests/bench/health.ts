import { Command } from "commander";
import { tableOf } from "../soak/table.ts";
import { callsOn } from "./calls.ts";
import { Child } from "./child.ts";
import type { Done } from "./driver_process.ts";
import type { Waits } from "./health_process.ts";
import { type Cluster, Program, startBare, type Subject } from "./program.ts";
import { workOn } from "./windows.ts";

interface Options {
  readonly connections: number;
  readonly seconds: number;
}

const CALLS = ["get_vms, limit 500", "tools/list", "get_vms, first page", "start_vm, wait: false"];
const WARM_UP_MS = 3_000;

/** Measures how long `/healthz` waits behind calls that come over so many connections. */
async function bench({ connections, seconds }: Options): Promise<string[][]> {
  await using fake = new Child("fake_process.ts", ["1000"]);
  const cluster = await fake.next<Cluster>();
  await using driver = new Child("driver_process.ts");
  await using asking = new Child("health_process.ts");
  await using program = await Program.start("here", { cluster });
  const bare = await startBare(cluster);
  await using _ = bare.child;
  const rows: string[][] = [];
  for (const call of callsOn(cluster.stopped).filter(({ name }) => CALLS.includes(name))) {
    let answerBytes = 0;
    for (const subject of [program, bare] as Subject[]) {
      const work = workOn(call, { subject, connections, answerBytes });
      await driver.ask<Done>({ ...work, ms: WARM_UP_MS });
      const { pid, port } = subject;
      const ms = seconds * 1_000;
      const [done, waits] = await Promise.all([
        driver.ask<Done>({ ...work, ms }),
        asking.ask<Waits>({ pid, port, ms }),
      ]);
      if (done.failure !== undefined) throw new Error(`${subject.name}: ${done.failure}`);
      ({ answerBytes } = done);
      const { p50Ms, p99Ms, longestMs, longestOwnMs, longestCpuMs } = waits;
      const told = [p50Ms, p99Ms, longestMs, longestOwnMs, longestCpuMs];
      rows.push([
        call.name,
        subject.name,
        String(Math.round(done.calls / done.seconds)),
        ...told.map((ms) => ms.toFixed(1)),
      ]);
    }
  }
  return rows;
}

if (import.meta.main) {
  const command = new Command("health")
    .description("Measures how long /healthz waits while calls are answered.")
    .option("--connections <N>", "over so many", Number, 64)
    .option("--seconds <N>", "for so long each", Number, 10)
    .action(async (options: Options) => {
      const head = [
        "call",
        "subject",
        "calls/s",
        "p50 ms",
        "p99 ms",
        "longest ms",
        "without queueing",
        "CPU",
      ];
      const table = tableOf([head, ...await bench(options)]);
      Deno.stdout.writeSync(new TextEncoder().encode(`${table}\n`));
      Deno.exit(0);
    });
  await command.parseAsync(Deno.args, { from: "user" });
}
