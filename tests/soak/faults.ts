import type { Fault, FaultMatch } from "../fake_pve.ts";
import type { Scene } from "./scene.ts";

const ANYTHING: readonly FaultMatch[] = [
  {},
  { path: /^\/cluster\/resources$/ },
  { path: /^\/nodes\/pve1\// },
  { path: /\/agent\// },
  { path: /\/tasks\// },
  { method: "POST" },
];

const FAULTS: readonly Fault[] = [
  { kind: "delay", ms: 1_500 },
  { kind: "hang" },
  { kind: "drop_before" },
  { kind: "drop" },
  { kind: "truncate" },
  { kind: "body", body: '{"data":[{"vmid":"no number"}' },
  { kind: "status", status: 500, message: "got timeout" },
  { kind: "status", status: 503 },
  { kind: "status", status: 595 },
  { kind: "status", status: 596 },
  { kind: "status", status: 403, message: "Permission check failed (/vms/100, VM.Audit)" },
];

/** Spoils some of Proxmox's answers for a while, or takes a node away. */
export async function saboteur({ program: { fake }, random, pause }: Scene): Promise<void> {
  if (random.chance(0.1)) {
    fake.offline("pve3");
    await pause(random.whole(500, 3_000));
    fake.online("pve3");
  } else {
    const times = random.whole(1, 15);
    const undo = fake.fault(random.one(ANYTHING), random.one(FAULTS), { times });
    await pause(random.whole(500, 4_000));
    undo();
  }
  await pause(random.whole(2_000, 6_000));
}
