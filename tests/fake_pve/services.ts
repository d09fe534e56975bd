import { die } from "./errors.ts";
import type { FakeJournalLine, FakeNode, FakeService } from "./state.ts";
import { startTask } from "./tasks.ts";
import { type Call, type Handlers, Listed, nodeOf } from "./world.ts";

/** `PVE::API2::Services` lets nobody stop these. */
const ESSENTIAL = ["pveproxy", "pvedaemon", "pve-cluster"];
/** Seconds by which the nodes' wall clocks are ahead of UTC. */
export const ZONE = 3 * 3_600;

function serviceRow({ service, desc, state, enabled }: FakeService): Record<string, unknown> {
  return {
    service,
    name: service,
    desc,
    state,
    "active-state": { running: "active", dead: "inactive", failed: "failed" }[state],
    "unit-state": enabled ? "enabled" : "disabled",
  };
}

function serviceOf(call: Call): FakeService | undefined {
  return nodeOf(call).services.find(({ service }) => service === call.params.text("service"));
}

function command(call: Call, verb: "start" | "stop" | "restart" | "reload"): string {
  const name = call.params.text("service");
  return startTask(call, {
    type: `srv${verb}`,
    id: name,
    node: nodeOf(call).name,
    work: () => {
      if (verb === "stop" && ESSENTIAL.includes(name)) {
        throw new Error(
          `invalid service cmd '${name} ${verb}': refusing to stop essential service!`,
        );
      }
      const service = serviceOf(call);
      if (!service) throw new Error(`command 'systemctl ${verb} ${name}' failed: exit code 5`);
      service.state = verb === "stop" ? "dead" : "running";
    },
  });
}

/** `journalctl -o short`: the node's wall clock. */
function lineOf({ time, text }: FakeJournalLine): string {
  const at = new Date((time + ZONE) * 1000);
  const month = at.toLocaleString("en", { month: "short", timeZone: "UTC" });
  return `${month} ${at.toISOString().slice(8, 10)} ${at.toISOString().slice(11, 19)} ${text}`;
}

function wallTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return Date.parse(`${text.replace(" ", "T")}Z`) / 1000 - ZONE;
}

function between({ journal }: FakeNode, since = -Infinity, until = Infinity): FakeJournalLine[] {
  return journal.filter(({ time }) => time >= since && time <= until);
}

function syslog(call: Call): unknown {
  const { params } = call;
  const unit = params.maybe("service")?.replace(/\.service$/, "");
  const since = wallTime(params.maybe("since"));
  const lines = between(nodeOf(call), since, wallTime(params.maybe("until")))
    .filter((line) => unit === undefined || line.unit === unit)
    .map((line, i) => ({ n: i + 1, t: lineOf(line) }));
  // journalctl's own line, which counts as one: `dump_journal` says "no content" of no line at all.
  if (lines.length === 0) return new Listed([{ n: 1, t: "-- No entries --" }], 1);
  const start = params.number("start") ?? 0;
  const limit = params.number("limit") ?? 50;
  return new Listed(lines.slice(start, start + limit), lines.length);
}

/** The lines stand between two cursors, from where a reader goes on. */
function journal(call: Call): string[] {
  const { params } = call;
  const lines = between(nodeOf(call), params.number("since"), params.number("until")).map(lineOf);
  const last = params.number("lastentries");
  return [
    "s=1;i=1;b=1",
    ...(last === undefined ? lines : lines.slice(-last || lines.length)),
    "s=1;i=9;b=1",
  ];
}

/** What is seen once it is over: the guests that do not start by themselves have stopped. */
function power(call: Call): null {
  const { state, world } = call;
  const node = nodeOf(call);
  if (!node.online) die(`node '${node.name}' is not online`);
  const reboots = call.params.text("command") === "reboot";
  node.online = reboots;
  node.bootedAt = world.now();
  for (const guest of state.guests.values()) {
    if (guest.node === node.name && !(reboots && guest.config.onboot)) guest.status = "stopped";
  }
  return null;
}

export const serviceHandlers: Handlers = {
  "GET /nodes/{node}/services": (call) => nodeOf(call).services.map(serviceRow),
  "GET /nodes/{node}/services/{service}/state": (call) => {
    const service = serviceOf(call);
    return service
      ? serviceRow(service)
      : { service: call.params.text("service"), state: "unknown" };
  },
  "POST /nodes/{node}/services/{service}/start": (call) => command(call, "start"),
  "POST /nodes/{node}/services/{service}/stop": (call) => command(call, "stop"),
  "POST /nodes/{node}/services/{service}/restart": (call) => command(call, "restart"),
  "POST /nodes/{node}/services/{service}/reload": (call) => command(call, "reload"),
  "GET /nodes/{node}/syslog": syslog,
  "GET /nodes/{node}/journal": journal,
  "POST /nodes/{node}/status": power,
};
