import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { unplug } from "./sites.ts";

interface Unread {
  readonly cluster: string;
  readonly part: string;
  readonly of: string;
  readonly reason: string;
}

const PER_GUEST = /^\/nodes\/\w+\/(?:qemu|lxc)\/(\d+)\/(?:pending|snapshot)$/;
/** More than are asked anew in one call about two clusters, 250 of each. */
const GUESTS = 290;

/**
 * Two clusters, the first of which is away, so that nobody is too late; reads are shared by a clock that stands
 * still.
 */
async function fleet(seconds: number) {
  const clock = { now: 1_000 };
  const site = await Site.start({
    clusters: { dc2: { pve: { guests: GUESTS }, proxmox: { share_seconds: seconds } } },
    monotonic: () => clock.now,
  });
  await unplug(site, "default");
  const requests = () => site.fakes.dc2?.requests ?? [];
  const look = async (args: Record<string, unknown> = {}) => {
    const from = requests().length;
    const { value, text } = await site.call("get_attention", { max_guests: 2_000, ...args }, {
      role: "user",
    });
    assert.ok(value, text);
    const asked = requests().slice(from).flatMap(({ path }) => PER_GUEST.exec(path)?.[1] ?? []);
    const left: Unread[] = value.unread.filter(({ reason }: Unread) =>
      reason.startsWith("not looked at yet")
    );
    return { asked: new Set(asked), left, findings: value.findings, total: value.total };
  };
  return { clock, look, [Symbol.asyncDispose]: () => site[Symbol.asyncDispose]() };
}

Deno.test("over several clusters get_attention asks so many guests anew, says what it left, and goes on with that", async () => {
  await using several = await fleet(2);
  const { clock, look } = several;
  const first = await look();
  assert.equal(first.asked.size, 250);
  const [left, ...more] = first.left;
  assert.deepEqual(more.map(({ part }) => part), ["guest agents"]);
  assert.equal(left?.cluster, "dc2");
  assert.equal(left.part, "settings, snapshots");
  const [, count = "", all = ""] = /^(\d+) of (\d+) guests$/.exec(left.of) ?? [];
  assert.equal(Number(count), Number(all) - 250);
  assert.ok(Number(all) > GUESTS - 10);

  clock.now += 10 * 60_000;
  const second = await look();
  assert.equal(second.asked.size, Number(count));
  assert.deepEqual(
    second.asked.intersection(first.asked),
    new Set(),
    "what was seen is still told",
  );
  assert.deepEqual(second.left, []);
  assert.ok(second.total >= first.total);
  assert.deepEqual((await look()).asked, new Set());

  const named = await look({ cluster: "dc2" });
  assert.deepEqual(named.left, []);
  assert.equal(named.asked.size, 250, "what is older than five minutes is asked anew");

  clock.now += 60 * 60_000;
  assert.equal((await look()).asked.size, 250, "after an hour nothing is told unasked");
});

Deno.test("where nothing may be kept get_attention asks others each time", async () => {
  await using several = await fleet(0);
  const { look } = several;
  const first = await look();
  const second = await look();
  assert.deepEqual([first.asked.size, second.asked.size], [250, 250]);
  assert.deepEqual(first.left[0], second.left[0]);
  assert.ok(second.asked.difference(first.asked).size > 30);
});
