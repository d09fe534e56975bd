import { METRICS_WORDS } from "./metrics_words.ts";
import { pageOf } from "./page.ts";

const BODY = `<header><h1 id="title"></h1><span id="span" class="dim"></span></header>
<div id="frames" class="choice" role="group" hidden></div>
<p id="note" role="status"></p>
<div id="charts"></div>
<details id="details" hidden><summary id="summary"></summary><div id="values" class="scroll"></div></details>`;

/** The host gives what was asked and what was answered; another time frame is asked for by the page itself. */
const SCRIPT = String.raw`
const COLOURS = [
  "light-dark(#0072b2,#56b4e9)",
  "light-dark(#c2410c,#f59e5b)",
  "light-dark(#00805d,#2cc79a)",
  "light-dark(#a34a80,#e79ac6)",
  "light-dark(#7a5c00,#e0bd4f)",
  "light-dark(#5d3a9b,#b69cf0)",
];
const SIZE = { height: 150, left: 74, right: 8, top: 8, bottom: 20 };
const FRAMES = ["hour", "day", "week", "month", "year"];
const state = { input: undefined, series: undefined, note: undefined, drawn: 0 };

function svg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

function nameOf(column, { nameOf }) {
  return host.words.columns[column] ?? nameOf(column);
}

function subject() {
  const { words } = host;
  const { vmid, storage, node } = state.input ?? {};
  if (vmid !== undefined) return words.guest + " " + vmid;
  if (storage !== undefined) return words.storage + " " + storage;
  return node === undefined ? words.title : words.node + " " + node;
}

/** A letter of a picture is as large as any other: the picture is as wide as its place. */
function widthOfCharts() {
  return Math.max(240, at("charts").clientWidth);
}

function chart(group, times) {
  const { rows } = state.series;
  const rules = host.charting;
  const { unit } = group;
  const [from, to] = [times[0], times[times.length - 1]];
  const lines = group.lines.map(({ column, at }, number) => ({
    name: nameOf(column, rules),
    colour: COLOURS[number % COLOURS.length],
    values: rows.map((row) => typeof row[at] === "number" ? row[at] : undefined),
  }));
  const highest = Math.max(0, ...lines.flatMap(({ values }) => values.filter((value) => value !== undefined)));
  const steps = rules.stepsUpTo(highest, unit);
  const { height, left, right, top, bottom } = SIZE;
  const width = widthOfCharts();
  const x = (time) => left + (width - left - right) * (to > from ? (time - from) / (to - from) : 1);
  const y = (value) => height - bottom - (height - top - bottom) * value / steps[steps.length - 1];
  const legend = make("div", { class: "legend" });
  const cursor = svg("line", { class: "cursor", y1: top, y2: height - bottom, visibility: "hidden" });
  const heard = lines.map(({ name, values }) => {
    const measured = values.filter((value) => value !== undefined);
    if (measured.length === 0) return name + " –";
    const last = rules.shown(measured[measured.length - 1], unit);
    return name + " " + last + " (" + host.words.most + " " + rules.shown(Math.max(...measured), unit) + ")";
  });
  const picture = svg(
    "svg",
    { viewBox: "0 0 " + width + " " + height, role: "img", tabindex: "0", "aria-label": heard.join(", ") },
    ...steps.flatMap((step) => [
      svg("line", { class: "grid", x1: left, x2: width - right, y1: y(step), y2: y(step) }),
      svg("text", { x: left - 8, y: y(step) + 4, "text-anchor": "end" }, rules.shown(step, unit)),
    ]),
    ...rules.timesWithin(from, to).map((time) => {
      const anchor = x(time) > width - 30 ? "end" : "middle";
      return svg("text", { x: x(time), y: height - 4, "text-anchor": anchor }, rules.timeShown(time, to - from));
    }),
    ...lines.map(({ values, colour }) => {
      let pen = "M";
      const path = values.map((value, index) => {
        if (value === undefined) {
          pen = "M";
          return "";
        }
        const point = pen + x(times[index]).toFixed(1) + " " + y(Math.max(0, value)).toFixed(1);
        const isAlone = pen === "M" && values[index + 1] === undefined;
        pen = "L";
        return isAlone ? point + "h.01" : point;
      }).join("");
      const drawn = svg("path", { d: path });
      drawn.style.stroke = colour;
      return drawn;
    }),
    cursor,
  );
  let index;

  function point(to) {
    index = to === undefined ? undefined : Math.min(times.length - 1, Math.max(0, to));
    cursor.setAttribute("visibility", index === undefined ? "hidden" : "visible");
    if (index !== undefined) {
      cursor.setAttribute("x1", x(times[index]));
      cursor.setAttribute("x2", x(times[index]));
    }
    const when = index === undefined ? undefined : rules.momentShown(times[index]);
    legend.replaceChildren(
      ...lines.map(({ name, colour, values }) => {
        const mark = make("i");
        mark.style.background = colour;
        const value = index === undefined ? values.findLast((each) => each !== undefined) : values[index];
        const text = value === undefined ? "–" : rules.shown(value, unit);
        return make("span", {}, mark, name + " ", make("b", {}, text));
      }),
      ...when === undefined ? [] : [make("span", { class: "dim push" }, when)],
    );
  }

  picture.addEventListener("pointermove", ({ clientX }) => {
    const box = picture.getBoundingClientRect();
    const time = from + (to - from) * ((clientX - box.left) * width / box.width - left) / (width - left - right);
    const distances = times.map((each) => Math.abs(each - time));
    point(distances.indexOf(Math.min(...distances)));
  });
  picture.addEventListener("pointerleave", () => point());
  picture.addEventListener("blur", () => point());
  picture.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    point(index === undefined ? times.length - 1 : index + step);
  });
  point();
  return make("div", { class: "chart" }, legend, picture);
}

function valueTable() {
  const { columns, rows } = state.series;
  const rules = host.charting;
  const units = new Map(rules.groupsOf(columns).flatMap(({ unit, lines }) => lines.map(({ at }) => [at, unit])));
  const heads = columns.map((column, at) =>
    make("th", { scope: "col" }, at === 0 ? host.words.time : nameOf(column, rules))
  );
  const lines = rows.map((row) =>
    make("tr", {}, ...row.map((value, at) => {
      const text = at === 0
        ? rules.momentShown(Date.parse(value))
        : typeof value === "number" ? rules.shown(value, units.get(at)) : "–";
      return make("td", at === 0 ? {} : { class: "number" }, text);
    }))
  );
  return make("table", {}, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...lines));
}

function frameButton(frame) {
  const chosen = frame === (state.input?.timeframe ?? "hour");
  const button = make("button", { type: "button", "aria-pressed": String(chosen) }, host.words.frames[frame]);
  button.addEventListener("click", async () => {
    for (const each of at("frames").children) each.disabled = true;
    try {
      state.series = await host.call("get_metrics", { ...state.input, plot: false, timeframe: frame });
      state.input = { ...state.input, timeframe: frame };
      state.note = undefined;
    } catch (error) {
      state.note = error.message;
    }
    show();
    at("frames").children[FRAMES.indexOf(frame)].focus();
  });
  return button;
}

function show() {
  const { words, charting: rules } = host;
  const { input, series, note } = state;
  document.title = words.title;
  at("title").textContent = subject();
  at("span").textContent = words.frames[input?.timeframe ?? "hour"];
  at("span").hidden = series === undefined || host.canCall;
  at("frames").hidden = !host.canCall || input === undefined;
  at("frames").setAttribute("aria-label", words.frame);
  at("frames").replaceChildren(...FRAMES.map(frameButton));
  const times = series?.rows?.map(([time]) => Date.parse(time)) ?? [];
  const groups = times.length === 0 ? [] : rules.groupsOf(series.columns);
  const told = note ?? (series === undefined ? "waiting" : groups.length === 0 ? "nothing" : "");
  at("note").textContent = words[told] ?? told;
  at("note").hidden = told === "";
  at("charts").replaceChildren(...groups.map((group) => chart(group, times)));
  state.drawn = widthOfCharts();
  at("details").hidden = groups.length === 0;
  at("summary").textContent = words.values;
  at("values").replaceChildren(...groups.length === 0 ? [] : [valueTable()]);
}

new ResizeObserver(() => {
  if (state.drawn !== widthOfCharts()) show();
}).observe(at("charts"));
host.start({
  onInput: (given) => {
    state.input = given;
    show();
  },
  onResult: (result) => {
    try {
      state.series = valueOf(result);
      state.note = undefined;
    } catch (error) {
      state.note = error.message;
    }
    show();
  },
  onCancelled: () => {
    state.note = "cancelled";
    show();
  },
  onContext: show,
});
`;

/** Draws what get_metrics answers. */
export const METRICS_PAGE: string = pageOf({
  title: METRICS_WORDS.en.title,
  words: METRICS_WORDS,
  body: BODY,
  script: SCRIPT,
});
