import { addBackup, addContainer, addVm, liveAgent } from "./seed_guest.ts";
import type { SeedOptions } from "./seed.ts";
import type { FakeState } from "./state.ts";

const day = 86_400;

export function seedGuests(state: FakeState, options: SeedOptions): void {
  const seconds = Math.floor(options.now / 1000);
  const web = addVm(state, options, {
    vmid: 100,
    name: "web1",
    node: 1,
    running: true,
    agent: "alive",
    pool: "prod",
    config: { tags: "prod;web", onboot: 1 },
  });
  addVm(state, options, {
    vmid: 101,
    name: "db1",
    node: 1,
    config: { tags: "prod", memory: "4096", cores: 4 },
    sizeGib: 64,
  });
  addVm(state, options, {
    vmid: 102,
    name: "app1",
    node: 2,
    running: true,
    agent: "dead",
    storage: "local",
    format: "qcow2",
  });
  addVm(state, options, {
    vmid: 103,
    name: "protected1",
    node: 2,
    storage: "local",
    config: { protection: 1 },
    sizeGib: 8,
  });
  addVm(state, options, {
    vmid: 110,
    name: "web2",
    node: 2,
    running: true,
    storage: "nfs1",
    format: "qcow2",
  });
  addVm(state, options, { vmid: 120, name: "dup", node: 3, sizeGib: 4 });
  addVm(state, options, { vmid: 121, name: "dup", node: 3, sizeGib: 4 });
  addVm(state, options, {
    vmid: 150,
    name: "sandbox1",
    node: 3,
    pool: "dev",
    sizeGib: 16,
    config: { tags: "sandbox", agent: "1" },
  });
  addVm(state, options, { vmid: 900, name: "tmpl", node: 1, sizeGib: 4, config: { template: 1 } });
  addContainer(state, options, { vmid: 200, name: "ct1", node: 1, running: true });
  addContainer(state, options, { vmid: 201, name: "ct2", node: 2, running: true });
  addContainer(state, options, { vmid: 202, name: "ct3", node: 2, pool: "dev", storage: "local" });
  const sandbox = state.guests.get(150);
  if (sandbox) sandbox.agent = liveAgent(150);
  web.snapshots.push({
    name: "clean",
    description: "After installation",
    snaptime: seconds - 5 * day,
    vmstate: false,
    config: { ...web.config },
  });
  web.parent = "clean";
  web.firewall.options = { enable: 1, policy_in: "DROP" };
  web.firewall.rules = [{ type: "in", action: "ACCEPT", enable: 1, proto: "tcp", dport: "80,443" }];
  addBackup(state, options, 100, "nfs1", 1);
  addBackup(state, options, 101, "local", 10);
  addBackup(state, options, 150, "nfs1", 3);
  addBackup(state, options, 200, "nfs1", 1);
  addBackup(state, options, 202, "nfs1", 2);
  for (let i = 0; i < options.guests; i++) {
    const sketch = {
      vmid: 1000 + i,
      name: `load${1000 + i}`,
      node: 1 + (i % state.nodes.size),
      running: i % 2 === 0,
      sizeGib: 1,
    };
    if (i % 5 === 4) addContainer(state, options, sketch);
    else addVm(state, options, sketch);
  }
}
