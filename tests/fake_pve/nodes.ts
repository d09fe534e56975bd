import { bridgePath } from "./sdn.ts";
import { may } from "./access.ts";
import { currentFingerprint } from "./cluster.ts";
import type { FakeNode } from "./state.ts";
import { startTask } from "./tasks.ts";
import { type Call, type Handlers, Listed, nodeOf } from "./world.ts";

function uptimeOf(call: Call, node: FakeNode): number {
  return Math.max(0, Math.floor((call.world.now() - node.bootedAt) / 1000));
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

/** Proxmox lists what is written, and tells the difference from what is in use beside it. */
function network(call: Call): Listed {
  const wanted = call.params.maybe("type");
  const bridges = wanted?.includes("bridge") ?? false;
  const vnets = wanted === "any_bridge" ? [...call.state.sdn.vnets.keys()] : [];
  const node = nodeOf(call);
  const rows = [
    ...node.network.filter((one) =>
      wanted === undefined || one.type === wanted || (bridges && one.type === "bridge")
    ),
    ...vnets.map((iface) => ({ iface, type: "vnet", active: 1 })),
    // Bridges that the caller may not use or see are left out, whatever is listed.
  ].filter(({ iface, type }) =>
    !["bridge", "OVSBridge", "vnet"].includes(String(type)) ||
    may(call.state, call.who, bridgePath(call.state, String(iface)), [
      "SDN.Audit",
      "SDN.Use",
    ], true)
  );
  return new Listed(rows, undefined, node.networkChanges);
}

/** What was written is in use, or thrown away. */
function settled(call: Call): string | null {
  const { method } = call.api;
  const node = nodeOf(call);
  delete node.networkChanges;
  if (method === "DELETE") return null;
  return startTask(call, {
    type: "srvreload",
    id: "networking",
    node: node.name,
    begin: [],
    work: () => {},
  });
}

export const nodeHandlers: Handlers = {
  "GET /version": ({ state: { version } }) => ({
    version,
    release: version.split(".").slice(0, 2).join("."),
    repoid: "14a22df3",
  }),
  "GET /nodes": list,
  "GET /nodes/{node}/status": status,
  "GET /nodes/{node}/network": network,
  "PUT /nodes/{node}/network": settled,
  "DELETE /nodes/{node}/network": settled,
};
