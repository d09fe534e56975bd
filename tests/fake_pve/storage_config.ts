import { may } from "./access.ts";
import { die } from "./errors.ts";
import { sha1 } from "./guests.ts";
import type { FakeStorage, Scalar } from "./state.ts";
import { seen } from "./storage.ts";
import { storageNamed } from "./volumes.ts";
import type { Call, Handlers } from "./world.ts";

interface Plugin {
  /** Options that cannot be changed, which are required too. */
  readonly fixed: readonly string[];
  readonly optional: readonly string[];
  readonly content: readonly string[];
  /** What it holds where nothing is said. */
  readonly holds: readonly string[];
  readonly shared?: true;
}

const files = ["images", "rootdir", "vztmpl", "iso", "backup", "snippets", "import"];
const disks = ["images", "rootdir"];
const always = ["nodes", "disable", "content", "bwlimit"];
const backups = ["prune-backups", "max-protected-backups"];

/** As each plugin's `options` and `plugindata` have it. */
const plugins: Partial<Record<string, Plugin>> = {
  dir: {
    fixed: ["path"],
    optional: ["shared", "is_mountpoint", "mkdir", "preallocation", ...backups],
    content: [...files, "none"],
    holds: disks,
  },
  nfs: {
    fixed: ["server", "export"],
    optional: ["options", "preallocation", ...backups],
    content: files,
    holds: ["images"],
    shared: true,
  },
  cifs: {
    fixed: ["server", "share"],
    optional: ["username", "password", "domain", "subdir", "options", ...backups],
    content: files,
    holds: ["images"],
    shared: true,
  },
  pbs: {
    fixed: ["server", "datastore"],
    optional: ["username", "password", "fingerprint", "namespace", "port", ...backups],
    content: ["backup", "none"],
    holds: ["backup"],
    shared: true,
  },
  zfspool: { fixed: ["pool"], optional: ["sparse", "blocksize"], content: disks, holds: disks },
  lvmthin: { fixed: ["thinpool", "vgname"], optional: [], content: disks, holds: disks },
};

/** Kept in a file of its own, and never shown. */
const sensitive = ["password"];

function rowsOf({ state }: Call): Record<string, unknown>[] {
  const rows = [...state.storages.values()].map((one) => ({
    storage: one.storage,
    type: one.type,
    content: one.content.join(","),
    ...(one.shared ? { shared: 1 } : {}),
    ...(one.nodes ? { nodes: one.nodes.join(",") } : {}),
    ...(one.disabled ? { disable: 1 } : {}),
    ...Object.fromEntries(Object.entries(one.options).filter(([key]) => !sensitive.includes(key))),
  }));
  const digest = sha1(JSON.stringify(rows));
  return rows.map((row) => ({ ...row, digest }));
}

function pluginOf(type: string): Plugin {
  return plugins[type] ?? die(`the simulator has no storage of type ${type}`);
}

/** What the type cannot hold is dropped with a mere line in a log. */
function contentFor(plugin: Plugin, content: string | undefined): string[] {
  if (content === undefined) return [...plugin.holds];
  const held = content.split(/[,; ]+/).filter((each) => plugin.content.includes(each));
  if (held.length === 0) die("storage does not support content type 'none'");
  return held;
}

function optionsOf({ params }: Call, plugin: Plugin): Record<string, Scalar> {
  const known = [...plugin.fixed, ...plugin.optional, ...always];
  const given = Object.entries(params.values)
    .filter(([key]) => !["storage", "type", "digest", "delete"].includes(key));
  const unexpected = given.find(([key]) => !known.includes(key));
  if (unexpected) die(`unexpected property '${unexpected[0]}'`);
  return Object.fromEntries(
    given.filter(([key]) => !["nodes", "disable", "content"].includes(key)).map(([key, value]) => [
      key,
      typeof value === "boolean" ? Number(value) : value as Scalar,
    ]),
  );
}

function create(call: Call): unknown {
  const { params, state } = call;
  const [storage, type] = [params.text("storage"), params.text("type")];
  const plugin = pluginOf(type);
  const options = optionsOf(call, plugin);
  const missing = plugin.fixed.find((key) => options[key] === undefined);
  if (missing) die(`missing value for required option '${missing}'`);
  const content = contentFor(plugin, params.maybe("content"));
  if (state.storages.has(storage)) {
    die(`create storage failed: storage ID '${storage}' already defined`);
  }
  // `DirPlugin`; with letters beyond U+00FF in the reason no answer comes.
  if (type === "dir" && !/^\/[-/a-zA-Z0-9_.@]+$/.test(String(options.path))) {
    die(`illegal path for directory storage: ${options.path}`);
  }
  const mounted = type === "nfs" || type === "cifs" ? { path: `/mnt/pve/${storage}` } : {};
  state.storages.set(storage, {
    storage,
    type: type as FakeStorage["type"],
    content,
    shared: plugin.shared ?? params.flag("shared"),
    ...(params.flag("disable") ? { disabled: true } : {}),
    ...(params.has("nodes") ? { nodes: params.list("nodes") } : {}),
    inactive: [],
    total: 2 ** 40,
    baseUsed: 0,
    options: { ...mounted, ...options },
  });
  return { storage, type };
}

function update(call: Call): unknown {
  const { params, state } = call;
  const id = params.text("storage");
  const digest = params.maybe("digest");
  if (digest !== undefined && digest !== rowsOf(call)[0]?.digest) {
    die(
      "update storage failed: detected modified configuration - file changed by other user? Try again.",
    );
  }
  const storage = state.storages.get(id) ??
    die(`update storage failed: storage '${id}' does not exist`);
  const plugin = pluginOf(storage.type);
  const options = optionsOf(call, plugin);
  const fixed = Object.keys(options).find((key) => plugin.fixed.includes(key));
  if (fixed) die(`update storage failed: can't change value of fixed parameter '${fixed}'`);
  for (const key of params.list("delete")) {
    if (plugin.fixed.includes(key)) {
      die(`update storage failed: unable to delete required option '${key}'`);
    }
    if (key === "nodes") delete storage.nodes;
    else if (key === "disable") delete storage.disabled;
    else delete storage.options[key];
  }
  Object.assign(storage.options, options);
  if (params.has("content")) storage.content = contentFor(plugin, params.text("content"));
  if (params.has("nodes")) storage.nodes = params.list("nodes");
  if (params.has("disable")) storage.disabled = params.flag("disable");
  if (params.has("shared")) storage.shared = params.flag("shared");
  return { storage: id, type: storage.type };
}

export const storageConfigHandlers: Handlers = {
  "GET /storage": (call) =>
    rowsOf(call).filter((row) =>
      may(call.state, call.who, `/storage/${row.storage}`, seen, true) &&
      (!call.params.has("type") || row.type === call.params.text("type"))
    ),
  "GET /storage/{storage}": (call) => {
    const { storage } = storageNamed(call.state, call.params.text("storage"));
    return rowsOf(call).find((row) => row.storage === storage);
  },
  "POST /storage": create,
  "PUT /storage/{storage}": update,
  "DELETE /storage/{storage}": ({ params, state }) => {
    const id = params.text("storage");
    if (!state.storages.delete(id)) {
      die(`delete storage failed: storage '${id}' does not exist`);
    }
    return null;
  },
};
