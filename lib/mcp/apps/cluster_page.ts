import { CLUSTER_WORDS } from "./cluster_words.ts";
import { pageOf } from "./page.ts";

const BODY = `<header>
<h1 id="title"></h1><span id="quorum" class="pill" hidden></span>
<button id="refresh" class="push" type="button" hidden></button>
</header>
<p id="note" role="status"></p>
<section id="attention" hidden></section>
<section id="nodes" hidden></section>
<section id="guests" hidden></section>`;

/** What a host gives is one tool's answer; the other parts are asked for, where the host lets a page ask. */
const SCRIPT = String.raw`
const PARTS = {
  cluster: ["get_cluster_status", {}],
  attention: ["get_attention", { limit: 50 }],
  nodes: ["get_nodes", { limit: 500 }],
  guests: ["find_guests", { limit: 500 }],
};
const known = {};
const failed = {};
const state = { note: undefined, filter: "" };

function partOf(value) {
  if (value.findings) return "attention";
  if (value.guests) return "guests";
  return value.quorate === undefined ? "nodes" : "cluster";
}

async function load(parts) {
  if (!host.canCall) return;
  at("refresh").disabled = true;
  await Promise.all(parts.map(async (part) => {
    const [name, given] = PARTS[part];
    try {
      known[part] = await host.call(name, given);
      delete failed[part];
    } catch (error) {
      failed[part] = error.message;
    }
    show();
  }));
  at("refresh").disabled = false;
}

function stateOf(status, text = host.words.states[status] ?? status ?? "") {
  const good = status === "running" || status === "online";
  const mood = good ? "good" : status === "offline" || status === "unknown" ? "bad" : "dim";
  return make("span", { class: "state " + mood }, (good ? "● " : "○ ") + text);
}

function use(label, share, text) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
  const fill = make("i");
  fill.style.width = percent + "%";
  const bar = make("span", {
    class: percent >= 90 ? "bar full" : "bar",
    role: "meter",
    "aria-label": label,
    "aria-valuemin": "0",
    "aria-valuemax": "100",
    "aria-valuenow": String(percent),
    "aria-valuetext": text,
  }, fill);
  return make("div", { class: "use" }, make("span", {}, label), bar, make("span", { class: "text" }, text));
}

function useOf(label, used, whole) {
  if (used === undefined || !whole) return undefined;
  const { shown } = host.charting;
  return use(label, used / whole, shown(used, "size") + " " + host.words.of + " " + shown(whole, "size"));
}

function nodeCard(row) {
  const { words, charting: { shown } } = host;
  const status = row.status ?? (row.online ? "online" : "offline");
  const cpu = row.cpu_fraction === undefined || !row.cpus
    ? undefined
    : use(words.cpu, row.cpu_fraction, shown(row.cpu_fraction, "share") + " " + words.of + " " + row.cpus);
  return make(
    "li",
    {},
    make("div", { class: "name" }, make("span", {}, row.node ?? ""), stateOf(status)),
    cpu,
    useOf(words.memory, row.memory_used_bytes, row.memory_bytes),
    useOf(words.disk, row.disk_used_bytes, row.disk_bytes),
  );
}

function findingItem(row) {
  const mood = { critical: "bad", warning: "warn" }[row.severity] ?? "dim";
  const where = [row.where, ...row.guests ?? [], ...row.nodes ?? []].filter(Boolean);
  return make(
    "li",
    {},
    make("span", { class: mood }, make("b", {}, host.words.severity[row.severity] ?? row.severity)),
    make("span", { class: "what" }, row.what),
    make("span", { class: "where" }, [...new Set(where)].join(", ")),
  );
}

function guestRow(row) {
  const { shown } = host.charting;
  const tags = (row.tags ?? []).join(", ");
  const running = row.status === "running";
  const memory = !running || row.memory_used_bytes === undefined ? [] : [
    make("span", {}, shown(row.memory_used_bytes, "size")),
    " ",
    make("span", {}, host.words.of + " " + shown(row.memory_bytes ?? 0, "size")),
  ];
  const cpu = running && row.cpu_fraction !== undefined ? shown(row.cpu_fraction, "share") : "";
  return make(
    "tr",
    {},
    make("td", {}, String(row.vmid ?? "")),
    make(
      "td",
      { class: "name" },
      row.name ?? "",
      make("div", { class: "dim narrow" }, row.node ?? ""),
      tags ? make("div", { class: "dim" }, tags) : undefined,
    ),
    make("td", {}, row.template ? stateOf("", host.words.template) : stateOf(row.status)),
    make("td", { class: "wide" }, row.node ?? ""),
    make("td", { class: "number wide" }, cpu),
    make("td", { class: "number" }, ...memory),
  );
}

function guestTable(rows) {
  const { words } = host;
  const fits = (row) =>
    [row.vmid, row.name, row.node, row.status, ...row.tags ?? []].join(" ").toLowerCase().includes(state.filter);
  const body = make("tbody", {}, ...rows.filter(fits).map(guestRow));
  const input = make("input", { type: "search", "aria-label": words.filter, placeholder: words.filter });
  input.value = state.filter;
  input.addEventListener("input", () => {
    state.filter = input.value.toLowerCase();
    body.replaceChildren(...rows.filter(fits).map(guestRow));
  });
  const heads = [
    ["VMID", ""],
    [words.guest, ""],
    [words.state, ""],
    [words.node, "wide"],
    [words.cpu, "number wide"],
    [words.memory, "number"],
  ].map(([text, name]) => make("th", { scope: "col", class: name }, text));
  const table = make("table", {}, make("thead", {}, make("tr", {}, ...heads)), body);
  return [...rows.length > 10 ? [input] : [], make("div", { class: "scroll" }, table)];
}

function fill(part, title, children) {
  const section = at(part);
  const error = failed[part];
  section.hidden = children === undefined && error === undefined;
  const { warnings = [], next_cursor: more } = known[part] ?? {};
  section.replaceChildren(
    make("h2", {}, title),
    ...error === undefined ? children ?? [] : [make("p", { class: "dim" }, error)],
    ...warnings.map((text) => make("p", { class: "warn" }, text)),
    ...more ? [make("p", { class: "dim" }, host.words.more)] : [],
  );
}

function show() {
  const { words } = host;
  const { cluster, attention, nodes, guests } = known;
  const typing = at("guests").contains(document.activeElement);
  document.title = words.title;
  at("title").textContent = cluster?.name ?? words.title;
  at("refresh").textContent = words.refresh;
  at("refresh").hidden = !host.canCall;
  const isThere = Object.keys(known).length + Object.keys(failed).length > 0;
  const { note = isThere ? "" : "waiting" } = state;
  at("note").textContent = words[note] ?? note;
  at("note").hidden = at("note").textContent === "";
  const quorum = at("quorum");
  quorum.hidden = cluster === undefined;
  quorum.textContent = cluster?.quorate ? words.quorate : words.noQuorum;
  quorum.className = "pill " + (cluster?.quorate ? "good" : "bad");
  const findings = attention?.findings ?? [];
  const unseen = attention?.unread?.map((row) => words.unseen + ": " + row.part + " (" + row.of + "): " + row.reason);
  fill("attention", words.attention, attention && [
    ...findings.length === 0 ? [make("p", { class: "good" }, words.nothing)] : [],
    make("ul", { class: "findings" }, ...findings.map(findingItem)),
    ...unseen.map((text) => make("p", { class: "dim" }, text)),
  ]);
  const rows = nodes?.nodes ?? cluster?.nodes;
  fill("nodes", words.nodes, rows && [make("ul", { class: "nodes" }, ...rows.map(nodeCard))]);
  if (typing) return;
  fill("guests", words.guests, guests && (guests.guests.length > 0
    ? guestTable(guests.guests)
    : [make("p", { class: "dim" }, words.noGuests)]));
}

at("refresh").addEventListener("click", () => load(Object.keys(PARTS)));
host.start({
  onResult: (result) => {
    try {
      const value = valueOf(result);
      known[partOf(value)] = value;
      state.note = undefined;
    } catch (error) {
      state.note = error.message;
    }
    show();
    load(Object.keys(PARTS).filter((part) => known[part] === undefined));
  },
  onCancelled: () => {
    state.note = "cancelled";
    show();
  },
  onContext: show,
});
`;

/** Shows the cluster: what needs attention, its nodes, and its guests. */
export const CLUSTER_PAGE: string = pageOf({
  title: CLUSTER_WORDS.en.title,
  words: CLUSTER_WORDS,
  body: BODY,
  script: SCRIPT,
});
