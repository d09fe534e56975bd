import {
  AggregatorRegistry,
  Counter,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from "prom-client";

/** What one worker has counted. */
export type Counted = MetricObjectWithValues<MetricValue<string>>[];

/** What the server counts, in a registry of its own. */
export interface Metrics {
  call(tool: string, outcome: string, seconds: number): void;
  answered(status: number): void;
  loginFailed(): void;
  /** Prometheus text format, of what all workers have counted. */
  text(): Promise<string>;
  /** What this worker has counted. */
  counted(): Promise<Counted>;
}

/** What is read when the metrics are. */
interface Read {
  /** The number of open sessions by transport. */
  readonly sessions: () => Record<string, number>;
  /** Whether each backup server answers, by its name; absent where there are none. */
  readonly backupServers?:
    | (() => Promise<Readonly<Record<string, "ok" | "unavailable">>>)
    | undefined;
  /** Whether changes are halted. */
  readonly halted: () => Promise<boolean>;
  /** Whether each cluster answers; absent where there is one. */
  readonly clusters?: (() => Promise<ReadonlyMap<string, boolean>>) | undefined;
  /** What the other workers have counted; absent where there are none. */
  readonly elsewhere?: (() => Promise<readonly Counted[]>) | undefined;
}

export function createMetrics(
  { backupServers, clusters, elsewhere, halted, sessions }: Read,
): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const calls = new Counter({
    name: "proxmox_mcp_tool_calls_total",
    help: "Tool calls by tool and outcome",
    labelNames: ["tool", "outcome"],
    registers,
  });
  const durations = new Histogram({
    name: "proxmox_mcp_tool_call_seconds",
    help: "Duration of tool calls",
    labelNames: ["tool"],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120, 600],
    registers,
  });
  const answers = new Counter({
    name: "proxmox_mcp_http_answers_total",
    help: "HTTP answers by status",
    labelNames: ["status"],
    registers,
  });
  const failures = new Counter({
    name: "proxmox_mcp_failed_logins_total",
    help: "Requests with a token that is not good",
    registers,
  });
  new Gauge({
    name: "proxmox_mcp_open_sessions",
    help: "Open sessions by door",
    labelNames: ["door"],
    registers,
    collect() {
      for (const [transport, count] of Object.entries(sessions())) {
        this.set({ door: transport }, count);
      }
    },
  });
  new Gauge({
    name: "proxmox_mcp_halted",
    help: "1 while changes are halted, NaN while the database cannot tell",
    registers,
    aggregator: "max",
    async collect() {
      this.set(await halted().then(Number, () => NaN));
    },
  });
  if (clusters !== undefined) {
    new Gauge({
      name: "proxmox_mcp_cluster_up",
      help: "1 for a cluster that answers, else 0",
      labelNames: ["cluster"],
      registers,
      aggregator: "max",
      async collect() {
        for (const [cluster, up] of await clusters()) this.set({ cluster }, Number(up));
      },
    });
  }
  if (backupServers !== undefined) {
    new Gauge({
      name: "proxmox_mcp_backup_server_up",
      help: "1 for a backup server that answers, else 0",
      labelNames: ["server"],
      registers,
      aggregator: "max",
      async collect() {
        for (const [server, standing] of Object.entries(await backupServers())) {
          this.set({ server }, Number(standing === "ok"));
        }
      },
    });
  }
  if (elsewhere !== undefined) {
    const workers = new Gauge({
      name: "proxmox_mcp_workers",
      help: "Workers whose counts are in these",
      registers,
    });
    workers.set(1);
  }
  return {
    call: (tool, outcome, seconds) => {
      calls.inc({ tool, outcome });
      durations.observe({ tool }, seconds);
    },
    answered: (status) => answers.inc({ status }),
    loginFailed: () => failures.inc(),
    text: async () => {
      if (elsewhere === undefined) return await registry.metrics();
      const all = [await registry.getMetricsAsJSON(), ...await elsewhere()];
      return await AggregatorRegistry.aggregate(all).metrics();
    },
    counted: () => registry.getMetricsAsJSON(),
  };
}
