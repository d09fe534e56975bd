import { may } from "./access.ts";
import { currentFingerprint } from "./cluster.ts";
import { die } from "./errors.ts";
import type { FakeNode } from "./state.ts";
import { startTask } from "./tasks.ts";
import { type Call, type Handlers, index, nodeOf } from "./world.ts";

export function uptimeOf(call: Call, node: FakeNode): number {
  return Math.max(0, Math.floor((call.world.now() - node.bootedAt) / 1000));
}

export function versionOf(call: Call) {
  const version = call.state.version;
  return { version, release: version.split(".").slice(0, 2).join("."), repoid: "14a22df3" };
}

function list(call: Call): unknown {
  return [...call.state.nodes.values()].map((node) => {
    const basic = {
      node: node.name,
      id: `node/${node.name}`,
      type: "node",
      status: node.online ? "online" : "offline",
    };
    if (!node.online || !may(call.state, call.who, `/nodes/${node.name}`, ["Sys.Audit"])) {
      return basic;
    }
    return {
      ...basic,
      level: "",
      cpu: node.cpu,
      maxcpu: node.cpus,
      mem: node.memoryUsed,
      maxmem: node.memory,
      disk: node.rootUsed,
      maxdisk: node.rootTotal,
      uptime: uptimeOf(call, node),
      ssl_fingerprint: currentFingerprint(node),
    };
  });
}

function status(call: Call): unknown {
  const node = nodeOf(call);
  return {
    uptime: uptimeOf(call, node),
    cpu: node.cpu,
    wait: 0,
    idle: 0,
    loadavg: node.loadavg,
    pveversion: `pve-manager/${call.state.version}/14a22df3`,
    kversion: `Linux ${node.kernel} #1 SMP PREEMPT_DYNAMIC`,
    "current-kernel": {
      sysname: "Linux",
      release: node.kernel,
      version: "#1 SMP PREEMPT_DYNAMIC PMX",
      machine: "x86_64",
    },
    "boot-info": { mode: "efi", secureboot: 0 },
    cpuinfo: {
      model: "AMD EPYC 7402P 24-Core Processor",
      sockets: 1,
      cores: node.cpus / 2,
      cpus: node.cpus,
      mhz: "2794.750",
      flags: "sse4_2 avx2 aes",
      hvm: "1",
      user_hz: 100,
    },
    memory: {
      total: node.memory,
      used: node.memoryUsed,
      free: node.memory - node.memoryUsed,
      available: node.memory - node.memoryUsed,
    },
    swap: { total: 0, used: 0, free: 0 },
    ksm: { shared: 0 },
    rootfs: {
      total: node.rootTotal,
      used: node.rootUsed,
      free: node.rootTotal - node.rootUsed,
      avail: node.rootTotal - node.rootUsed,
    },
  };
}

function service(call: Call, name: string): Record<string, unknown> {
  const found = nodeOf(call).services.get(name) ?? die(`no such service '${name}'`);
  return {
    name,
    service: name,
    desc: found.desc,
    state: found.state,
    "active-state": found.state === "running" ? "active" : "inactive",
    "unit-state": "enabled",
  };
}

function serviceTask(call: Call, action: string): string {
  const node = nodeOf(call);
  const name = call.params.text("service");
  const held = node.services.get(name) ?? die(`no such service '${name}'`);
  return startTask(call, {
    type: `srv${action}`,
    id: name,
    node: node.name,
    work: () => {
      held.state = action === "stop" ? "dead" : "running";
    },
  });
}

const base = "/nodes/{node}";

export const nodeHandlers: Handlers = {
  "GET /version": versionOf,
  "GET /nodes": list,
  [`GET ${base}`]: index(
    "qemu",
    "lxc",
    "status",
    "tasks",
    "storage",
    "network",
    "disks",
    "apt",
    "firewall",
    "services",
  ),
  [`GET ${base}/status`]: status,
  [`GET ${base}/version`]: versionOf,
  [`GET ${base}/time`]: (call) => ({
    timezone: nodeOf(call).time.timezone,
    time: call.world.seconds(),
    localtime: call.world.seconds(),
  }),
  [`PUT ${base}/time`]: (call) => {
    nodeOf(call).time.timezone = call.params.text("timezone");
    return null;
  },
  [`GET ${base}/dns`]: (call) => nodeOf(call).dns,
  [`PUT ${base}/dns`]: (call) => {
    const { node: _node, ...dns } = call.params.values;
    nodeOf(call).dns = Object.fromEntries(
      Object.entries(dns).map(([key, value]) => [key, String(value)]),
    );
    return null;
  },
  [`GET ${base}/hosts`]: (call) => ({
    data: `127.0.0.1 localhost\n${nodeOf(call).ip} ${nodeOf(call).name}\n`,
    digest: "0".repeat(40),
  }),
  [`GET ${base}/subscription`]: (call) => nodeOf(call).subscription,
  [`GET ${base}/config`]: (call) => {
    const { config } = nodeOf(call);
    const property = call.params.maybe("property");
    return property === undefined
      ? { ...config, digest: "0".repeat(40) }
      : { [property]: config[property] };
  },
  [`GET ${base}/services`]: (call) =>
    [...nodeOf(call).services.keys()].map((name) => service(call, name)),
  [`GET ${base}/services/{service}`]: index("state", "start", "stop", "restart", "reload"),
  [`GET ${base}/services/{service}/state`]: (call) => service(call, call.params.text("service")),
  ...Object.fromEntries(["start", "stop", "restart", "reload"].map((action) => [
    `POST ${base}/services/{service}/${action}`,
    (call: Call) => serviceTask(call, action),
  ])),
};
