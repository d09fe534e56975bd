import { fail } from "./errors.ts";
import type { FakePbsState } from "./state.ts";
import type { Handlers } from "./world.ts";

const node = "/nodes/{node}";

function serviceRow({ desc, service, state }: FakePbsState["services"][number]) {
  return { service, name: service, desc, state, "unit-state": "enabled" };
}

/** Whatever the node is called, this server answers. */
export const nodeHandlers: Handlers = {
  "GET /ping": () => ({ pong: true }),
  "GET /version": ({ state }) => {
    const [major = "4", minor = "2", release = "1"] = state.version.split(".");
    return { release, repoid: "local", version: `${major}.${minor}` };
  },
  [`GET ${node}/identity`]: ({ state }) => ({ "pbs-instance-id": state.instanceId }),
  [`GET ${node}/time`]: ({ world }) => ({
    localtime: world.seconds(),
    time: world.seconds(),
    timezone: "Etc/UTC",
  }),
  [`GET ${node}/status`]: ({ state, world }) => {
    const { memory } = state;
    const release = "6.17.2-1-pve";
    return {
      "boot-info": { mode: "efi", secureboot: false },
      cpu: state.cpu,
      cpuinfo: { cpus: 8, model: "Intel(R) Xeon(R) Processor", sockets: 1 },
      "current-kernel": { machine: "x86_64", release, sysname: "Linux", version: "#1 SMP" },
      info: { fingerprint: state.fingerprint },
      kversion: `Linux ${release} #1 SMP`,
      loadavg: [0.1, 0.27, 0.57],
      memory: { ...memory, free: memory.total - memory.used },
      root: { avail: 60_000_000_000, total: 100_000_000_000, used: 40_000_000_000 },
      swap: { free: 0, total: 0, used: 0 },
      uptime: Math.floor((world.now() - state.bootedAt) / 1000),
      wait: 0,
    };
  },
  [`GET ${node}/subscription`]: () => ({
    message: "There is no subscription key",
    status: "notfound",
    url: "https://www.proxmox.com/en/proxmox-backup-server/pricing",
  }),
  [`GET ${node}/services`]: ({ state }) => state.services.map(serviceRow),
  [`GET ${node}/services/{service}/state`]: ({ params, state }) => {
    const name = params.text("service");
    const service = state.services.find((one) => one.service === name);
    return serviceRow(service ?? fail(`unknown service name '${name}'`));
  },
  [`GET ${node}/disks/list`]: ({ state }) => state.disks,
  [`GET ${node}/apt/update`]: ({ state }) => state.updates,
  [`GET ${node}/certificates/info`]: ({ state, world }) => {
    const subject = `O = Proxmox Backup Server, OU = fake, CN = ${state.node}`;
    return [{
      filename: "proxy.pem",
      fingerprint: state.fingerprint,
      issuer: subject,
      notafter: world.seconds() + 1000 * 365 * 86_400,
      notbefore: Math.floor(state.bootedAt / 1000),
      pem: state.certificate,
      "public-key-bits": 256,
      "public-key-type": "id-ecPublicKey",
      san: ["127.0.0.1", "::1", "localhost", state.node],
      subject,
    }];
  },
};
