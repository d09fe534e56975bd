import { die, refuse } from "./errors.ts";
import type { FakeStorage, FakeVolume } from "./state.ts";
import { startTask } from "./tasks.ts";
import { findVolume, isBlock, usableStorage } from "./volumes.ts";
import type { Call, Handlers } from "./world.ts";

function appliance(template: string, more: { section?: string; headline: string }) {
  const [name = ""] = template.split("_");
  return {
    template,
    architecture: "amd64",
    description: more.headline,
    infopage: "https://pve.proxmox.com/wiki/Linux_Container",
    location: `http://download.proxmox.com/images/system/${template}`,
    os: name.split("-").slice(0, 2).join("-"),
    package: name,
    section: "system",
    sha512sum: "0".repeat(128),
    source: "http://download.proxmox.com/images",
    type: "lxc",
    version: template.split("_")[1] ?? "1",
    ...more,
  };
}

/** What Proxmox offers for download. */
const APPLIANCES = [
  appliance("alpine-3.22-default_20250617_amd64.tar.xz", { headline: "Alpine default image" }),
  appliance("debian-12-standard_12.12-1_amd64.tar.zst", { headline: "Debian 12 (standard)" }),
  appliance("debian-13-standard_13.1-2_amd64.tar.zst", { headline: "Debian 13 (standard)" }),
  appliance("ubuntu-24.04-standard_24.04-2_amd64.tar.zst", { headline: "Ubuntu 24.04 (standard)" }),
  appliance("debian-12-turnkey-wordpress_18.2-1_amd64.tar.gz", {
    section: "turnkeylinux",
    headline: "TurnKey WordPress",
  }),
];

/** What the registries hold. */
const IMAGES = new Set(["docker.io/library/debian:13", "docker.io/library/nginx:1.29"]);

function templateStorage(call: Call): FakeStorage {
  const storage = usableStorage(call.state, call.params.text("storage"), call.params.text("node"));
  if (isBlock(storage)) {
    die(`can't upload to storage type '${storage.type}', not a file based storage!`);
  }
  return storage;
}

function addTemplate(call: Call, storage: FakeStorage, filename: string): void {
  const volume: FakeVolume = {
    volid: `${storage.storage}:vztmpl/${filename}`,
    storage: storage.storage,
    content: "vztmpl",
    format: filename.endsWith(".tar") ? "tar" : `t${filename.split(".").at(-1)}`,
    size: 129_024_000,
    ctime: call.world.seconds(),
  };
  if (!storage.shared) volume.node = call.params.text("node");
  call.state.volumes.push(volume);
}

function pullAppliance(call: Call): string {
  const node = call.params.text("node");
  const template = call.params.text("template");
  const known = APPLIANCES.find((one) => one.template === template);
  if (!known) refuse({ template: "no such template" });
  const storage = templateStorage(call);
  if (!storage.content.includes("vztmpl")) {
    die(`storage '${storage.storage}' does not support templates`);
  }
  return startTask(call, {
    type: "download",
    id: template,
    node,
    begin: [`downloading ${known.location} to /var/lib/vz/template/cache/${template}`],
    work: (log) => {
      if (findVolume(call.state, `${storage.storage}:vztmpl/${template}`, node)) {
        log.line("OK, got correct file already, no need to download");
      } else addTemplate(call, storage, template);
    },
  });
}

function pullImage(call: Call): string {
  const node = call.params.text("node");
  const reference = call.params.text("reference");
  const storage = templateStorage(call);
  if (!storage.content.includes("vztmpl")) {
    die(`storage '${storage.storage}' is not configured for content-type 'vztmpl'`);
  }
  const wanted = call.params.maybe("filename") ?? reference;
  const name = wanted.replace(/^.*[/\\]/, "").replace(/[^a-zA-Z0-9_.-]/g, "_");
  const filename = `${name}.tar`;
  if (findVolume(call.state, `${storage.storage}:vztmpl/${filename}`, node)) {
    die(`refusing to override existing file '${filename}'`);
  }
  return startTask(call, {
    type: "ociregistrypull",
    id: filename,
    node,
    work: (log) => {
      if (!IMAGES.has(reference)) {
        log.line(`initializing source docker://${reference}: manifest unknown`);
        die(`command 'skopeo copy docker://${reference} …' failed: exit code 1`);
      }
      addTemplate(call, storage, filename);
    },
  });
}

export const applianceHandlers: Handlers = {
  "GET /nodes/{node}/aplinfo": () => APPLIANCES,
  "POST /nodes/{node}/aplinfo": pullAppliance,
  "POST /nodes/{node}/storage/{storage}/oci-registry-pull": pullImage,
};
