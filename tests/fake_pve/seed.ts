import { builtInRoles } from "./roles.ts";
import { emptyFirewall } from "./guests.ts";
import { seedGuests } from "./seed_guests.ts";
import { seedNode } from "./seed_nodes.ts";
import type { FakeState, FakeStorage, FakeUser, FakeVolume } from "./state.ts";

export interface SeedOptions {
  nodes: number;
  guests: number;
  prefix: string;
  version: string;
  taskPolls: number;
  taskMs?: number | undefined;
  now: number;
  fingerprint: string;
}

const gib = 2 ** 30;
const day = 86_400;

function storage(
  name: string,
  fields: Omit<FakeStorage, "storage" | "inactive">,
): [string, FakeStorage] {
  return [name, { storage: name, inactive: [], ...fields }];
}

function storages(): Map<string, FakeStorage> {
  return new Map([
    storage("local", {
      type: "dir",
      content: ["iso", "vztmpl", "backup", "images", "snippets", "rootdir"],
      shared: false,
      total: 100 * gib,
      baseUsed: 12 * gib,
      options: { path: "/var/lib/vz" },
    }),
    storage("local-lvm", {
      type: "lvmthin",
      content: ["images", "rootdir"],
      shared: false,
      total: 500 * gib,
      baseUsed: 10 * gib,
      options: { vgname: "pve", thinpool: "data" },
    }),
    storage("nfs1", {
      type: "nfs",
      content: ["images", "iso", "backup", "rootdir"],
      shared: true,
      total: 2048 * gib,
      baseUsed: 300 * gib,
      options: { path: "/mnt/pve/nfs1", server: "10.0.0.5", export: "/srv/pve" },
    }),
  ]);
}

function images(nodes: string[], seconds: number): FakeVolume[] {
  return nodes.flatMap((node): FakeVolume[] =>
    [
      { volid: "local:iso/debian-13.iso", format: "iso", size: 754_974_720, content: "iso" },
      { volid: "local:iso/virtio-win.iso", format: "iso", size: 629_145_600, content: "iso" },
      {
        volid: "local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst",
        format: "tzst",
        size: 129_024_000,
        content: "vztmpl",
      },
      {
        volid: "local:vztmpl/alpine-3.22-default_20250617_amd64.tar.xz",
        format: "txz",
        size: 3_145_728,
        content: "vztmpl",
      },
    ].map((one) => ({ ...one, storage: "local", node, ctime: seconds - 40 * day }))
  );
}

/** Users, tokens and grants behind `tokenFor`. */
function people(): Pick<FakeState, "users" | "tokens" | "acl" | "groups"> {
  const user = (
    userid: string,
  ): [string, FakeUser] => [userid, { userid, enable: true, expire: 0, groups: [] }];
  const token = (owner: string, name: string) => ({
    user: owner,
    name,
    value: crypto.randomUUID(),
    privsep: false,
    expire: 0,
  });
  return {
    users: new Map([
      user("root@pam"),
      user("auditor@pve"),
      user("operator@pve"),
      user("nobody@pve"),
    ]),
    groups: new Map(),
    tokens: [
      token("root@pam", "mcp"),
      token("auditor@pve", "ro"),
      token("operator@pve", "op"),
      token("nobody@pve", "none"),
    ],
    acl: [
      { path: "/", roleid: "PVEAuditor", type: "user", ugid: "auditor@pve", propagate: true },
      {
        path: "/pool/dev",
        roleid: "PVEVMAdmin",
        type: "user",
        ugid: "operator@pve",
        propagate: true,
      },
    ],
  };
}

/** The three-node cluster "demo" that every test starts from. */
export function seedState(options: SeedOptions): FakeState {
  const names = Array.from({ length: options.nodes }, (_, i) => `pve${i + 1}`);
  const seconds = Math.floor(options.now / 1000);
  const second = names[1] ?? "pve1";
  const state: FakeState = {
    clusterName: "demo",
    version: options.version,
    composed: false,
    nodes: new Map(names.map((name, i) => [name, seedNode(name, i, options)])),
    guests: new Map(),
    storages: storages(),
    volumes: images(names, seconds),
    registeredTags: [],
    pools: new Map([
      ["prod", { poolid: "prod", comment: "Production", storages: [] }],
      ["dev", { poolid: "dev", comment: "Development", storages: [] }],
    ]),
    tasks: [],
    taskPolls: options.taskPolls,
    restartMs: 0,
    ...(options.taskMs === undefined ? {} : { taskMs: options.taskMs }),
    outcomes: [],
    ...people(),
    roles: builtInRoles(options.version),
    ha: {
      resources: new Map([["vm:110", {
        sid: "vm:110",
        state: "started",
        max_relocate: 1,
        max_restart: 1,
      }]]),
      rules: new Map([["web2-home", {
        rule: "web2-home",
        type: "node-affinity",
        resources: "vm:110",
        nodes: second,
        strict: 0,
      }]]),
      groups: new Map(),
      armed: true,
      actMs: 0,
    },
    mappings: new Map(),
    replication: new Map(),
    backupJobs: new Map([["backup-nightly", {
      id: "backup-nightly",
      type: "vzdump",
      enabled: 1,
      schedule: "02:00",
      storage: "nfs1",
      mode: "snapshot",
      compress: "zstd",
      vmid: "100,101,200",
      comment: "Nightly backup of production",
    }]]),
    firewall: {
      ...emptyFirewall(),
      options: { enable: 0 },
      rules: [{
        type: "in",
        action: "ACCEPT",
        enable: 1,
        proto: "tcp",
        dport: "8006",
        comment: "Web interface",
      }],
      groups: new Map(),
    },
    sdn: { zones: new Map(), vnets: new Map(), subnets: new Map() },
    log: [],
    downloads: new Map([
      ["https://example.org/images/alpine-virt.iso", {
        size: 66_060_288,
        mimetype: "application/octet-stream",
      }],
    ]),
    execPolls: 0,
    authDelayMs: 0,
    resourceLagMs: 1000,
  };
  seedGuests(state, options);
  if (options.nodes > 1) {
    state.replication.set("101-0", {
      id: "101-0",
      guest: 101,
      jobnum: 0,
      source: "pve1",
      target: second,
      schedule: "*/15",
      lastSync: seconds - 600,
      lastTry: seconds - 600,
      duration: 3.2,
      failCount: 0,
    });
  }
  return state;
}
