import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { bytesOf, untar } from "../../lib/build/archive.ts";
import { debianPackages } from "../../lib/build/debian.ts";
import { BASE_PACKAGES, ociImage } from "../../lib/build/oci.ts";
import { startFakePve } from "../fake_pve.ts";
import { superviseServe } from "../support/cli.ts";
import { has, runScript } from "../support/documents.ts";
import { environmentOf } from "../support/environment.ts";
import { Folder } from "../support/folder.ts";
import { RELEASE, RUNTIME_NOTE } from "../support/release.ts";
import { freePort } from "../support/port.ts";

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** What the image holds, each part with the digest that it is named by. */
class Image {
  readonly #files: ReadonlyMap<string, Uint8Array>;

  constructor(files: ReadonlyMap<string, Uint8Array>) {
    this.#files = files;
  }

  static async read(bytes: Uint8Array): Promise<Image> {
    const entries = await untar(bytes);
    return new Image(
      new Map(entries.map(({ path, content = "" }) => [path, bytesOf(content)])),
    );
  }

  // deno-lint-ignore no-explicit-any -- the test knows the shapes of the OCI specification
  json(path: string): any {
    return JSON.parse(new TextDecoder().decode(this.#files.get(path)));
  }

  path({ digest, size }: Descriptor): string {
    const path = `blobs/${digest.replace(":", "/")}`;
    const bytes = this.#files.get(path) ?? new Uint8Array();
    assert.equal(`sha256:${createHash("sha256").update(bytes).digest("hex")}`, digest);
    assert.equal(bytes.length, size);
    return path;
  }
}

/** What a container engine makes of the image's config: its own namespaces, but this machine's network. */
function bundleConfig(
  // deno-lint-ignore no-explicit-any -- the OCI image config
  { config }: any,
  { args, env, data }: { args: readonly string[]; env: Record<string, string>; data: string },
) {
  const [uid, gid] = config.User.split(":").map(Number);
  const more = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const [volume] = Object.keys(config.Volumes);
  return {
    ociVersion: "1.0.2",
    process: {
      user: { uid, gid },
      args: [...config.Entrypoint, ...args],
      env: [...config.Env, ...more],
      cwd: config.WorkingDir,
      noNewPrivileges: true,
    },
    root: { path: "root", readonly: true },
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      { destination: "/dev", type: "tmpfs", source: "tmpfs" },
      { destination: volume, type: "none", source: data, options: ["bind", "rw"] },
    ],
    linux: { namespaces: ["pid", "mount", "ipc", "uts"].map((type) => ({ type })) },
  };
}

/** crun in a mount namespace of its own, where it finds the groups of control that it knows. */
function crun(cwd: string, name: string): Deno.Command {
  const script = "umount -R /sys/fs/cgroup; mount -t cgroup2 cgroup2 /sys/fs/cgroup; " +
    `exec crun --root ${cwd}/state --cgroup-manager=disabled run ${name}`;
  return new Deno.Command("unshare", {
    args: ["--mount", "--propagation", "private", "sh", "-c", script],
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

Deno.test({
  name:
    `the container image runs by an OCI runtime, as no root and on a root it cannot write${RUNTIME_NOTE}`,
  ignore: !has("crun") || Deno.uid() !== 0,
  fn: async (t) => {
    await using folder = await Folder.make();
    await using fake = await startFakePve();
    const debian = await debianPackages(BASE_PACKAGES, RELEASE.architecture);
    const bytes = await ociImage(RELEASE, debian);
    const image = await Image.read(bytes);
    const index = image.json("index.json");
    assert.equal(image.json("oci-layout").imageLayoutVersion, "1.0.0");
    const [descriptor] = index.manifests;
    assert.deepEqual(descriptor.platform, { architecture: RELEASE.architecture, os: "linux" });
    // What `podman load` then calls it, seen with Podman 4.3.
    const name = `localhost/proxmox-mcp:${RELEASE.version}`;
    assert.equal(descriptor.annotations["io.containerd.image.name"], name);
    const manifest = image.json(image.path(descriptor));
    const config = image.json(image.path(manifest.config));
    assert.equal(config.architecture, RELEASE.architecture);
    assert.deepEqual(config.config.Cmd, ["serve"]);
    const { Labels } = config.config;
    assert.equal(Labels["io.modelcontextprotocol.server.name"], RELEASE.registryName);

    await Deno.writeFile(folder.at("image.tar"), bytes);
    await Deno.mkdir(folder.at("root"));
    const layers = manifest.layers.map((layer: Descriptor) => image.path(layer));
    const unpack = layers.map((path: string) => `tar -xOf image.tar ${path} | tar -x -C root`);
    const unpacked = await runScript(unpack.join("\n"), { cwd: folder.path });
    assert.equal(unpacked.status, 0, unpacked.err);
    const data = folder.at("data");
    await Deno.mkdir(data);
    await Deno.chown(data, 65532, 65532);
    await Deno.chmod(folder.path, 0o755);

    await t.step("version", async () => {
      const bundle = bundleConfig(config, { args: ["version"], env: {}, data });
      await folder.write("config.json", bundle);
      const { code, stdout, stderr } = await crun(folder.path, "version").output();
      assert.equal(code, 0, new TextDecoder().decode(stderr));
      assert.equal(new TextDecoder().decode(stdout).trim(), `proxmox-mcp ${RELEASE.version}`);
    });

    await t.step("what it runs by itself, told of the cluster by the environment", async () => {
      const env = { ...environmentOf(fake), HTTP_PORT: String(freePort()) };
      await folder.write(
        "config.json",
        bundleConfig(config, { args: config.config.Cmd, env, data }),
      );
      await using server = await superviseServe(crun(folder.path, "serve"));
      await server.line(/^ {2}lock +locked \(worker\)$/);
      await server.line(/^ {2}proxmox +127\.0\.0\.1 .*: Proxmox VE 9/);
      const response = await fetch(new URL("/healthz", server.url.replace("0.0.0.0", "127.0.0.1")));
      assert.equal(response.status, 200, await response.text());
      const [kind, program, ...args] = config.config.Healthcheck.Test;
      assert.deepEqual([kind, [program]], ["CMD", config.config.Entrypoint]);
      await folder.write("config.json", bundleConfig(config, { args, env, data }));
      const health = await crun(folder.path, "health").output();
      assert.equal(health.code, 0, new TextDecoder().decode(health.stderr));
    });
    const [database] = (await Array.fromAsync(Deno.readDir(data))).map(({ name }) => name).sort();
    assert.equal(database, "proxmox-mcp.db");
  },
});

Deno.test("the image for the other architecture says so in its index and in its config", async () => {
  const architecture = RELEASE.architecture === "amd64" ? "arm64" : "amd64";
  const executable = new Uint8Array();
  const image = await Image.read(await ociImage({ ...RELEASE, architecture, executable }, []));
  const [descriptor] = image.json("index.json").manifests;
  assert.equal(descriptor.platform.architecture, architecture);
  const manifest = image.json(image.path(descriptor));
  assert.equal(image.json(image.path(manifest.config)).architecture, architecture);
});
