import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatVmidRanges,
  type GuestPlace,
  maySeeNode,
  mayTouchAll,
  mayTouchGuest,
  mayTouchNode,
  mayUseTool,
  parseVmidRanges,
  type TokenLimits,
} from "../../lib/auth/limits.ts";
import { NO_LIMITS } from "../tokens.ts";

const GUEST: GuestPlace = { vmid: 150, node: "pve1", pool: "dev", tags: ["sandbox", "web"] };

function limits(changes: Partial<TokenLimits>): TokenLimits {
  return { ...NO_LIMITS, ...changes };
}

Deno.test("parseVmidRanges reads ids and rising ranges", () => {
  assert.deepEqual(parseVmidRanges("100-199, 250"), [
    { from: 100, to: 199 },
    { from: 250, to: 250 },
  ]);
  const malformed = [
    ...["", " ", ",", "99", "1000000000", "199-100", "101;x", "0x65", "1e3", "101.5", "-101"],
    ...["100-", "100--199", "100-199-299", "all", "101,"],
  ];
  for (const text of malformed) {
    assert.throws(() => parseVmidRanges(text), { code: "invalid" }, JSON.stringify(text));
  }
});

Deno.test("formatVmidRanges writes what parseVmidRanges reads", () => {
  const vmid = fc.integer({ min: 100, max: 999_999_999 });
  const range = fc.tuple(vmid, vmid).map(([a, b]) => ({
    from: Math.min(a, b),
    to: Math.max(a, b),
  }));
  fc.assert(fc.property(fc.array(range, { minLength: 1 }), (ranges) => {
    assert.deepEqual(parseVmidRanges(formatVmidRanges(ranges)), ranges);
  }));
});

Deno.test("mayUseTool: deny wins, an empty allow list allows none", () => {
  assert.equal(mayUseTool(null, "get_vms"), true);
  assert.equal(mayUseTool(limits({}), "get_vms"), true);
  assert.equal(mayUseTool(limits({ toolsAllow: ["get_vms"] }), "get_vms"), true);
  assert.equal(mayUseTool(limits({ toolsAllow: ["get_vms"] }), "stop_vm"), false);
  assert.equal(mayUseTool(limits({ toolsAllow: [] }), "get_vms"), false);
  assert.equal(mayUseTool(limits({ toolsAllow: ["a"], toolsDeny: ["a"] }), "a"), false);
  for (const odd of ["*", '["b"]', "b;c"]) {
    assert.equal(
      mayUseTool(limits({ toolsDeny: [odd] }), "a"),
      false,
      "what is no name denies all",
    );
  }
});

Deno.test("mayTouchGuest: each kind that is given must hold, one entry of it is enough", () => {
  const cases: [Partial<TokenLimits>, boolean][] = [
    [{}, true],
    [{ pools: ["qa", "dev"] }, true],
    [{ pools: ["qa"] }, false],
    [{ tags: ["db", "web"] }, true],
    [{ tags: ["Web"] }, true],
    [{ tags: ["we"] }, false],
    [{ vmids: [{ from: 100, to: 150 }] }, true],
    [{ vmids: [{ from: 151, to: 199 }] }, false],
    [{ nodes: ["pve1"] }, true],
    [{ nodes: ["pve1"], pools: ["dev"], tags: ["web"], vmids: [{ from: 150, to: 150 }] }, true],
    [{ nodes: ["pve2"], pools: ["dev"] }, false],
    [{ pools: [] }, false],
  ];
  for (const [reach, expected] of cases) {
    assert.equal(mayTouchGuest(limits(reach), GUEST), expected, JSON.stringify(reach));
  }
  assert.equal(mayTouchGuest(null, {}), true);
});

Deno.test("mayTouchGuest refuses what it needs to know and does not", () => {
  const unknown: [Partial<TokenLimits>, GuestPlace][] = [
    [{ pools: ["dev"] }, { ...GUEST, pool: null }],
    [{ pools: ["dev"] }, { vmid: 150 }],
    [{ pools: [""] }, { ...GUEST, pool: "" }],
    [{ tags: ["web"] }, { ...GUEST, tags: null }],
    [{ tags: ["web"] }, { ...GUEST, tags: [] }],
    [{ nodes: ["pve1"] }, { ...GUEST, node: undefined }],
    [{ vmids: [{ from: 100, to: 199 }] }, { ...GUEST, vmid: null }],
    [{ vmids: [{ from: 100, to: 199 }] }, { ...GUEST, vmid: NaN }],
    [{ vmids: [{ from: 100, to: 199 }] }, { ...GUEST, vmid: 150.5 }],
  ];
  for (const [reach, guest] of unknown) {
    assert.equal(mayTouchGuest(limits(reach), guest), false, JSON.stringify([reach, guest]));
  }
});

Deno.test("a further kind of reach never widens what a token may touch", () => {
  const names = fc.option(fc.subarray(["dev", "qa", "pve1", "web"]), { nil: null });
  const reach = fc.record({ pools: names, tags: names, nodes: names });
  const name = fc.constantFrom("dev", "qa", "pve1", "web", null);
  const guest = fc.record({ vmid: fc.constant(150), node: name, pool: name, tags: names });
  fc.assert(fc.property(reach, guest, (wide, place) => {
    const narrow = limits({ ...wide, vmids: [{ from: 100, to: 199 }] });
    if (mayTouchGuest(narrow, place)) assert.equal(mayTouchGuest(limits(wide), place), true);
    for (const kind of ["pools", "tags", "nodes", "vmids"] as const) {
      const wider = limits({ ...narrow, [kind]: null });
      const { node = null } = place;
      assert.ok(!mayTouchNode(narrow, node) || mayTouchNode(wider, node), kind);
      assert.ok(!maySeeNode(narrow, node) || maySeeNode(wider, node), kind);
      assert.ok(!mayTouchAll(narrow) || mayTouchAll(wider), kind);
    }
  }));
});

Deno.test("mayTouchNode: limits to guests reach no node, maySeeNode looks at nodes alone", () => {
  const cases: [TokenLimits | null, boolean, boolean][] = [
    [null, true, true],
    [limits({}), true, true],
    [limits({ nodes: ["pve1"] }), true, true],
    [limits({ nodes: ["pve2"] }), false, false],
    [limits({ pools: ["dev"] }), false, true],
    [limits({ vmids: [{ from: 100, to: 199 }] }), false, true],
    [limits({ tags: ["web"] }), false, true],
    [limits({ pools: ["dev"], nodes: ["pve1"] }), false, true],
    [limits({ vmids: [{ from: 100, to: 199 }], nodes: ["pve1"] }), false, true],
    [limits({ toolsAllow: ["get_vms"] }), true, true],
  ];
  for (const [reach, touch, see] of cases) {
    assert.equal(mayTouchNode(reach, "pve1"), touch, JSON.stringify(reach));
    assert.equal(maySeeNode(reach, "pve1"), see, JSON.stringify(reach));
  }
  assert.equal(mayTouchNode(limits({ nodes: ["pve1"] }), null), false);
  assert.equal(mayTouchAll(limits({ toolsDeny: ["get_vms"] })), true);
  assert.equal(mayTouchAll(limits({ nodes: ["pve1"] })), false);
});
