import assert from "node:assert/strict";
import { Canvas } from "../../lib/plot/canvas.ts";
import { charting } from "../../lib/plot/charting.ts";
import { drawSeries } from "../../lib/plot/plot.ts";
import { readPng } from "../support/png.ts";

const INK = "#1d2330";
const BLUE = "#0072b2";
const RED = "#d55e00";
const rules = charting("en", "UTC");

/** A series of one column, a minute apart. */
function series(column: string, values: readonly (number | null)[]) {
  const start = Date.parse("2026-11-26T12:00:00Z");
  const rows = values.map((value, at) => [new Date(start + at * 60_000).toISOString(), value]);
  return { columns: ["time", column], rows };
}

function drawn(...args: Parameters<typeof drawSeries>) {
  const bytes = drawSeries(...args);
  assert.ok(bytes);
  return readPng(bytes);
}

Deno.test("charting groups what can be compared, and leaves out a lone count of processors", () => {
  const groups = (columns: string[]) =>
    rules.groupsOf(["time", ...columns])
      .map(({ unit, lines }) => [unit, ...lines.map(({ column, at }) => `${at} ${column}`)]);
  assert.deepEqual(
    groups([
      ...["memory_bytes", "memory_used_bytes", "cpu_fraction", "cpus", "disk_used_bytes"],
      ...["network_in_bytes_per_second", "io_wait_fraction", "pressurecpufull", "pressureiosome"],
    ]),
    [
      ["share", "3 cpu_fraction", "7 io_wait_fraction"],
      ["number", "8 pressurecpufull", "9 pressureiosome"],
      ["size", "1 memory_bytes", "2 memory_used_bytes"],
      ["size", "5 disk_used_bytes"],
      ["rate", "6 network_in_bytes_per_second"],
    ],
  );
  assert.deepEqual(groups(["cpus"]), [["number", "1 cpus"]]);
  assert.deepEqual(groups(["cpus", "load_average"]), [["number", "1 cpus", "2 load_average"]]);
});

Deno.test("charting scales in steps that are easily read", () => {
  const steps = (highest: number, unit: "share" | "size" | "rate" | "number") =>
    rules.stepsUpTo(highest, unit).map((step) => rules.shown(step, unit));
  assert.deepEqual(steps(0.07, "share"), ["0%", "2%", "4%", "6%", "8%"]);
  assert.deepEqual(steps(1, "share"), ["0%", "25%", "50%", "75%", "100%"]);
  assert.deepEqual(steps(0, "share"), ["0%", "0.25%", "0.5%", "0.75%", "1%"]);
  assert.deepEqual(steps(0, "size"), ["0 B", "1 B", "2 B", "3 B", "4 B"]);
  assert.deepEqual(steps(3 * 2 ** 30, "size"), ["0 B", "1 GiB", "2 GiB", "3 GiB"]);
  assert.deepEqual(steps(1000, "rate"), ["0 B/s", "250 B/s", "500 B/s", "750 B/s", "1000 B/s"]);
  assert.deepEqual(steps(16, "number"), ["0", "5", "10", "15", "20"]);
  for (const highest of [1e-9, 3, 999, 1000, 1001, 1023, 1024, 5e6, 7e12, 9e15, 1e20]) {
    for (const unit of ["share", "size", "rate", "number"] as const) {
      const made = rules.stepsUpTo(highest, unit);
      assert.ok(made.length >= 2 && made.length <= 6, `${highest} ${unit}: ${made}`);
      assert.ok((made.at(-1) ?? 0) >= highest, `${highest} ${unit}: ${made}`);
    }
  }
});

Deno.test("charting writes numbers and times as the language does", () => {
  const turkish = charting("tr", "Europe/Istanbul");
  assert.deepEqual(
    [0.0125, 0.5].map((share) => [rules.shown(share, "share"), turkish.shown(share, "share")]),
    [["1.3%", "%1,3"], ["50%", "%50"]],
  );
  assert.equal(turkish.shown(1.5 * 2 ** 30, "size"), "1,5 GiB");
  const noon = Date.parse("2026-11-26T12:00:00Z");
  assert.equal(rules.timeShown(noon, 3_600_000), "12:00");
  assert.equal(turkish.timeShown(noon, 3_600_000), "15:00");
  assert.equal(turkish.timeShown(noon, 7 * 86_400_000), "26 Kas");
  assert.deepEqual(
    rules.timesWithin(noon - 40 * 60_000, noon).map((time) => rules.timeShown(time, 1)),
    ["11:20", "11:30", "11:40", "11:50", "12:00"],
  );
  assert.equal(rules.nameOf("network_in_bytes_per_second"), "network in");
});

Deno.test("what charting does needs nothing from around it: pages carry its text", () => {
  const copy: typeof charting = new Function(`return (${charting})`)();
  assert.equal(copy("en", "UTC").shown(2 ** 20, "rate"), "1 MiB/s");
});

Deno.test("a canvas writes letters that differ, and a question mark for what it has no picture of", () => {
  const write = (text: string) => {
    const canvas = new Canvas({ width: 40, height: 20, colours: [[0, 0, 0]] });
    canvas.text({ x: 2, y: 2 }, text, 0);
    return canvas.png().toBase64();
  };
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:-_+%/()?";
  assert.equal(new Set([...letters].map(write)).size, letters.length);
  assert.equal(write("é"), write("?"));
});

Deno.test("drawSeries draws a line as high as its values, and none where nothing was measured", () => {
  const flat = drawn(series("cpu_fraction", Array(10).fill(1)), "title");
  const half = drawn(series("cpu_fraction", [1, ...Array(9).fill(null)]), "title");
  assert.ok(flat.count(BLUE) > 700 && half.count(BLUE) < 200, `${flat.count(BLUE)}`);
  assert.equal(flat.count(RED), 0);
  const gap = drawn(series("cpu_fraction", [1, 1, 1, null, null, null, 1, 1, 1, 1]), "title");
  const there = gap.count(BLUE) / flat.count(BLUE);
  assert.ok(there > 0.4 && there < 0.8, String(there));
  const pair = {
    columns: ["time", "memory_bytes", "memory_used_bytes"],
    rows: series("x", [0, 0]).rows.map(([time]) => [time, 2 ** 30, 2 ** 29]),
  };
  assert.ok(drawn(pair, "title").count(RED) > 700);
});

Deno.test("drawSeries writes its title, and stays small whatever it is given", () => {
  const { rows } = series("x", Array(200).fill(0));
  const columns = Array.from({ length: 60 }, (_, at) => `${at % 12}_${at}_bytes`);
  const noise = rows.map(([time], row) => [
    time,
    ...columns.map((_, at) => Math.abs(Math.sin(row * 12.9898 + at * 78.233) * 2 ** 40)),
  ]);
  const bytes = drawSeries({ columns: ["time", ...columns], rows: noise }, "x".repeat(500));
  assert.ok(bytes && bytes.length < 256 * 1024, String(bytes?.length));
  const { height } = readPng(bytes);
  assert.ok(height < 2500, String(height));
  const one = series("cpu_fraction", [0.5]);
  const titled = (title: string) => drawn(one, title).count(INK, { bottom: 50 });
  assert.equal(titled(""), 0);
  assert.ok(titled("guest web1") > titled("guest") && titled("guest") > 0);
});

Deno.test("drawSeries draws nothing of nothing", () => {
  assert.equal(drawSeries({ columns: ["time"], rows: [] }, ""), undefined);
  assert.equal(drawSeries({ columns: ["time", "cpus"], rows: [] }, ""), undefined);
  assert.equal(drawSeries({ columns: ["time"], rows: [["2026-11-26T12:00:00Z"]] }, ""), undefined);
});
