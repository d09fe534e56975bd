import assert from "node:assert/strict";
import fc from "fast-check";
import { renderText } from "../../lib/mcp/text/render.ts";
import { scalarText } from "../../lib/mcp/text/scalar.ts";

Deno.test("scalarText reads numbers by the ending of their name", () => {
  for (
    const [name, value, text] of [
      ["memory_bytes", 8 * 1024 ** 3, "8.0 GiB"],
      ["memory_bytes", 0, "0 B"],
      ["size_bytes", 1023, "1023 B"],
      ["size_bytes", 1024, "1.0 KiB"],
      ["disk_read_bytes_per_second", 535.593, "535.6 B/s"],
      ["size_bytes", 1024 ** 2 - 1, "1.0 MiB"],
      ["used_bytes", 1.5 * 1024 ** 4, "1.5 TiB"],
      ["disk_read_bytes_per_second", 2048, "2.0 KiB/s"],
      ["memory_mib", 2048, "2048 MiB"],
      ["size_gib", 32, "32 GiB"],
      ["uptime_seconds", 0, "0s"],
      ["duration_seconds", 1.25, "1.25s"],
      ["uptime_seconds", 59, "59s"],
      ["uptime_seconds", 3_660, "1h 1m"],
      ["uptime_seconds", 93_784, "1d 2h"],
      ["age_seconds", 86_401, "1d 1s"],
      ["cpu_fraction", 0.1234, "12.34%"],
      ["cpu_fraction", 1, "100%"],
      ["life_left_percent", 97, "97%"],
      ["vmid", 101, "101"],
      ["bytes_name", "8589934592", "8589934592"],
    ] as const
  ) assert.equal(scalarText(name, value), text);
});

Deno.test("scalarText shortens times and leaves other texts, true and null", () => {
  assert.equal(scalarText("time", "2026-11-26T20:31:41.000Z"), "2026-11-26 20:31:41Z");
  assert.equal(scalarText("time", "2026-11-26T20:31:00.000Z"), "2026-11-26 20:31Z");
  assert.equal(scalarText("time", "2026-11-26T20:31:41.250Z"), "2026-11-26 20:31:41.250Z");
  assert.equal(scalarText("name", "T2026-11-26T20:31:41Z"), "T2026-11-26T20:31:41Z");
  assert.equal(scalarText("template", true), "true");
  assert.equal(scalarText("value", null), "null");
});

Deno.test("renderText writes rows as a table, what became of the guest first, and what goes on", () => {
  const vms = [
    { vmid: 100, name: "web1", memory_bytes: 2 * 1024 ** 3, tags: ["prod", "a,b"] },
    { vmid: 101, name: "db|1", template: true, tags: [] },
  ];
  assert.equal(
    renderText({ vms, total: 9, next_cursor: "n101", warnings: ["node pve3 is offline", "b"] }),
    [
      "vms:",
      "vmid|name|memory_bytes|tags|template",
      String.raw`100|web1|2.0 GiB|prod, "a\u002cb"|`,
      String.raw`101|"db\u007c1"||none|true`,
      "total: 9",
      "next_cursor: n101",
      "warnings:",
      "- node pve3 is offline",
      "- b",
    ].join("\n"),
  );
  assert.equal(
    renderText({ vmid: 101, guest_status: "running", task: { status: "stopped", log_tail: [] } }),
    "guest_status: running\nvmid: 101\ntask:\n  status: stopped\n  log_tail: none",
  );
});

Deno.test("renderText writes what is no table as items, and cells under the columns that are named once", () => {
  assert.equal(
    renderText({ guests: [{ vmid: 1, nets: [{ name: "eth0", mac: "aa" }] }, { error: "off" }] }),
    "guests:\n- vmid: 1\n  nets:\n  name|mac\n  eth0|aa\n- error: off",
  );
  assert.equal(
    renderText({
      columns: ["time", "memory_bytes"],
      rows: [["2026-11-26T20:31:41Z", 1024], ["2026-11-26T20:32:41Z", null]],
    }),
    "rows:\ntime|memory_bytes\n2026-11-26 20:31:41Z|1.0 KiB\n2026-11-26 20:32:41Z|null",
  );
  assert.equal(
    renderText({ data: [[1, [2, "a b"]], []] }),
    "data:\n- - 1\n  - - 2\n    - a b\n- none",
  );
});

Deno.test("renderText fences a text of very many backticks", () => {
  const content = "` ".repeat(262_144);
  assert.ok(renderText({ content }, ["content"]).includes(content));
});

Deno.test("renderText shows what is handed on byte for byte whole, between fences that are not in it", () => {
  const stdout = "a\n```\nstderr:\n````\n\tb|c\u001b[0m\n";
  assert.equal(
    renderText({ exit_code: 0, stdout, stderr: "oops", content: "" }, [
      "stdout",
      "stderr",
      "content",
    ]),
    `exit_code: 0\nstdout:\n\`\`\`\`\`\n${stdout}\`\`\`\`\`\nstderr (no newline at its end):\n\`\`\`\noops\n\`\`\`\ncontent: ""`,
  );
});

const NASTY = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({
    unit: fc.constantFrom("|", "\n", "\r", "\u2028", "\u0085", ",", " ", '"', "\\", ":", "-", "a"),
  }),
);

/** How many lines there are, and how many cells each has. */
function shapeOf(text: string): number[] {
  return text.split(/[\n\r\u0085\u2028\u2029]/).map((line) => line.split("|").length);
}

Deno.test("renderText: no text makes lines or cells of its own", () => {
  const row = fc.record({ name: NASTY, notes: NASTY, tags: fc.array(NASTY) });
  const values = fc.record({
    rows: fc.array(row, { minLength: 1, maxLength: 8 }),
    log: fc.array(NASTY),
    about: fc.dictionary(NASTY, NASTY, { minKeys: 1 }),
  });
  fc.assert(fc.property(values, ({ rows, log, about }) => {
    const [title, ...table] = shapeOf(renderText({ rows }));
    assert.equal(title, 1);
    const lifted = table.length - 1 - rows.length;
    assert.ok(lifted === 0 || lifted === 1 && rows.length >= 5);
    assert.deepEqual(table.slice(lifted), Array(1 + rows.length).fill(table[lifted]));
    assert.equal(shapeOf(renderText({ log: ["a b", ...log] })).length, 2 + log.length);
    assert.equal(shapeOf(renderText({ about })).length, 1 + Object.keys(about).length);
  }));
});

Deno.test("renderText tells once what many rows have in common", () => {
  const rows = [1, 2, 3, 4, 5].map((vmid) => ({ vmid, name: `vm${vmid}`, node: "pve1", cpus: 2 }));
  assert.equal(
    renderText({ rows }),
    "rows:\nall rows: node=pve1|cpus=2\nvmid|name\n1|vm1\n2|vm2\n3|vm3\n4|vm4\n5|vm5",
  );
  assert.equal(
    renderText({ rows: rows.map(({ vmid, node }) => ({ vmid, node })) }),
    "rows:\nvmid|node\n1|pve1\n2|pve1\n3|pve1\n4|pve1\n5|pve1",
  );
});

Deno.test("renderText: what is quoted is read back as JSON", () => {
  fc.assert(fc.property(NASTY, (name) => {
    const [, said = ""] = /^name: (.*)$/.exec(renderText({ name })) ?? [];
    assert.equal(said.startsWith('"') ? JSON.parse(said) : said, name);
  }));
});
