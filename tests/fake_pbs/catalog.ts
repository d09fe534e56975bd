import { findSnapshot, noManifest } from "./content_api.ts";
import { fail } from "./errors.ts";
import type { FakeSnapshot } from "./state.ts";
import { type Call, Download, type Handlers } from "./world.ts";

const base = "/admin/datastore/{store}";
const archive = "root.pxar.didx";
const reading = {
  access: "read" as const,
  all: ["Datastore.Read"],
  own: ["Datastore.Backup"],
};

/** The file tree of a container or host: text by path. The disks of VMs cannot be looked into. */
function treeOf(call: Call): { snapshot: FakeSnapshot; tree: Record<string, string> } {
  const { snapshot } = findSnapshot(call, reading, noManifest);
  const held = snapshot.files.find((file) => file.filename === archive);
  if (!held) fail("unable to open dynamic index - No such file or directory (os error 2)");
  if (held["crypt-mode"] === "encrypt") fail(`cannot decode '${archive}' - is encrypted`);
  return { snapshot, tree: snapshot.tree ?? { "etc/hostname": "host\n", "hello.txt": "hello\n" } };
}

/** Paths are base64, and begin with the archive. */
function pathOf({ params }: Call): string[] {
  const text = new TextDecoder().decode(Uint8Array.fromBase64(params.text("filepath")));
  return text.split("/").filter((part) => part !== "");
}

function encoded(path: string): string {
  return new TextEncoder().encode(path).toBase64();
}

function list(call: Call): unknown {
  const { snapshot, tree } = treeOf(call);
  const [first, ...rest] = pathOf(call);
  if (first === undefined) {
    return [{ filepath: encoded(`/${archive}`), leaf: false, text: archive, type: "d" }];
  }
  const prefix = rest.map((part) => `${part}/`).join("");
  const below = Object.keys(tree).filter((path) => path.startsWith(prefix))
    .map((path) => path.slice(prefix.length));
  if (!below.length) fail(`no such file or directory - '/${rest.join("/")}'`);
  return [...new Set(below.map((path) => path.split("/")[0] ?? ""))].map((text) => {
    const filepath = encoded(`${archive}/${prefix}${text}`);
    const content = tree[`${prefix}${text}`];
    if (content === undefined) return { filepath, leaf: false, text, type: "d" };
    return {
      filepath,
      leaf: true,
      mtime: snapshot.time - 2,
      size: content.length,
      text,
      type: "f",
    };
  });
}

function download(call: Call): Download {
  const { tree } = treeOf(call);
  const path = pathOf(call).slice(1).join("/");
  const text = tree[path] ?? fail(`no such file or directory - '/${path}'`);
  return new Download(text, "application/octet-stream");
}

export const catalogHandlers: Handlers = {
  [`GET ${base}/catalog`]: list,
  [`GET ${base}/pxar-file-download`]: download,
};
