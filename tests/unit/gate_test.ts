import assert from "node:assert/strict";
import { Circuits } from "../../lib/upstream/circuits.ts";
import { failureOf, noAnswer, reasonFailure } from "../../lib/proxmox/api/failures.ts";
import { Gate } from "../../lib/proxmox/api/gate.ts";
import { apiPath } from "../../lib/upstream/path.ts";
import { placeLabel, placeOf } from "../../lib/proxmox/api/place.ts";

const NODE = "/nodes/{node}/qemu/{vmid}/config";
const AGENT = "/nodes/{node}/qemu/{vmid}/agent/ping";
const { signal } = new AbortController();

/** A gate whose clock and patience the test holds. */
function open() {
  const time = { now: 0, patience: new AbortController() };
  const gate = new Gate({ clock: () => time.now, after: () => time.patience.signal });
  const pass = (
    template: string,
    run: () => Promise<unknown>,
    { caller = "a", change = false, node = "pve1", vmid = 101 } = {},
  ) =>
    gate.pass({ place: placeOf(apiPath(template, { node, vmid })), change, caller, signal }, run);
  return { gate, pass, time };
}

const answer = () => Promise.resolve("answer");
const failing = (error: Error) => () => Promise.reject(error);
const away = failing(failureOf({ status: 595, body: "", change: false, tokenId: "a@b!c" }));
const broken = failing(failureOf({ status: 596, body: "", change: false, tokenId: "a@b!c" }));
const mute = failing(noAnswer(30_000, false));
const refused = failing(reasonFailure("VM is locked", 500));
const stuck = failing(reasonFailure("VM 101 qga command 'guest-ping' failed - got timeout", 500));

async function times(count: number, run: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < count; i++) await assert.rejects(run());
}

Deno.test("placeOf tells node and agent of a path", () => {
  const label = (path: string, values = {}) => placeLabel(placeOf(apiPath(path, values)));
  assert.equal(label("/cluster/resources"), "the cluster");
  assert.equal(label("/nodes"), "the cluster");
  assert.equal(label(NODE, { node: "pve1", vmid: 101 }), "node pve1");
  assert.equal(label(AGENT, { node: "pve1", vmid: 101 }), "the guest agent of VM 101");
});

Deno.test("a node that does not answer three times in a row is not asked for a while", async () => {
  for (const silence of [away, broken, mute]) {
    const { pass, time } = open();
    await times(2, () => pass(NODE, silence));
    await assert.rejects(pass(NODE, refused), /locked/);
    await times(3, () => pass(NODE, silence));
    await assert.rejects(pass(NODE, answer), {
      code: "unavailable",
      message: "node pve1 does not answer (3 failures in a row); next try in 5 s",
    });
    await assert.rejects(pass(AGENT, answer), /node pve1 does not answer/);
    assert.equal(await pass(NODE, answer, { node: "pve2" }), "answer");
    time.now = 1_200;
    await assert.rejects(pass(NODE, answer), /next try in 4 s/);
  }
});

Deno.test("after the wait one request is let through; its answer decides for the others", async () => {
  const { pass, time } = open();
  await times(3, () => pass(NODE, away));
  time.now = 5_000;
  const probe = Promise.withResolvers<unknown>();
  const trying = pass(NODE, () => probe.promise);
  await assert.rejects(pass(NODE, answer), /a try is under way, retry in some seconds/);
  probe.reject(noAnswer(30_000, false));
  await assert.rejects(trying, /did not answer/);
  await assert.rejects(pass(NODE, answer), /\(4 failures in a row\); next try in 10 s/);
  time.now = 15_000;
  assert.equal(await pass(NODE, answer), "answer");
  await times(2, () => pass(NODE, away));
  assert.equal(await pass(NODE, answer), "answer");
});

Deno.test("a try that its caller gives up leaves the next one to others", () => {
  let now = 0;
  const circuits = new Circuits(() => now);
  for (let i = 0; i < 3; i++) circuits.begin("pve1")("silent");
  now = 5_000;
  circuits.begin("pve1")("unknown");
  assert.equal(circuits.refusal("pve1"), undefined);
  for (let i = 0; i < 9; i++) {
    now = 1_000_000 * (i + 1);
    circuits.begin("pve1")("silent");
  }
  assert.deepEqual(circuits.refusal("pve1"), { failures: 12, waitMs: 60_000 });
});

Deno.test("an agent that hangs is told apart from its node and from other agents", async () => {
  for (const silence of [mute, stuck]) {
    const { pass } = open();
    await times(3, () => pass(AGENT, silence));
    await assert.rejects(pass(AGENT, answer), {
      code: "unavailable",
      message: "the guest agent of VM 101 does not answer (3 failures in a row); next try in 5 s",
    });
    assert.equal(await pass(NODE, answer), "answer");
    assert.equal(await pass(AGENT, answer, { vmid: 102 }), "answer");
  }
});

Deno.test("a program that is not in the guest says nothing of agent or node", async () => {
  const { pass } = open();
  await times(5, () => pass(AGENT, broken));
  assert.equal(await pass(AGENT, answer), "answer");
  assert.equal(await pass(NODE, answer), "answer");
});

Deno.test("what hangs at one place takes no other's places, and one caller never takes all", async () => {
  const { pass } = open();
  const end = Promise.withResolvers<unknown>();
  const hang = () => end.promise;
  const hanging: Promise<unknown>[] = [];
  for (let i = 0; i < 30; i++) {
    hanging.push(pass(AGENT, hang), pass(NODE, hang), pass(NODE, hang, { change: true }));
  }
  for (const change of [false, true]) {
    assert.equal(await pass(NODE, answer, { caller: "b", change }), "answer");
    assert.equal(await pass(NODE, answer, { node: "pve2", change }), "answer");
    assert.equal(await pass("/version", answer, { change }), "answer");
  }
  assert.equal(await pass(AGENT, answer, { caller: "b" }), "answer");
  assert.equal(await pass(AGENT, answer, { vmid: 102 }), "answer");
  end.resolve("late");
  assert.deepEqual(new Set(await Promise.all(hanging)), new Set(["late"]));
});

Deno.test("who waits too long, or behind too many, is told where", async () => {
  const { gate, pass, time } = open();
  const hang = () => new Promise(() => {});
  for (let i = 0; i < 24; i++) void pass(NODE, hang);
  const waiting = pass(NODE, answer);
  time.patience.abort();
  await assert.rejects(waiting, {
    code: "unavailable",
    message:
      "node pve1 is busy: no request could go there for 20 s; retry, and ask for less of it at once",
  });
  time.patience = new AbortController();
  const line = Array.from({ length: 160 }, () => pass(NODE, answer));
  await assert.rejects(pass(NODE, answer), /node pve1 is busy: too many requests wait for it/);
  assert.equal(await pass(NODE, answer, { caller: "b" }), "answer");
  time.patience.abort();
  assert.ok((await Promise.allSettled(line)).every(({ status }) => status === "rejected"));
  const place = placeOf(apiPath("/cluster/resources"));
  const own = { place, change: false, caller: undefined, signal };
  assert.equal(await gate.pass(own, answer), "answer");
});
