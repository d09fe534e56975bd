import assert from "node:assert/strict";
import project from "../../deno.json" with { type: "json" };
import { bashCompletion, fishCompletion, zshCompletion } from "../../lib/build/completions.ts";
import { buildDeb } from "../../lib/build/deb.ts";
import { describeProgram } from "../../lib/build/help.ts";
import { installLinks } from "../../lib/build/links.ts";
import { manualPage } from "../../lib/build/man.ts";
import { licences, type Release } from "../../lib/build/release.ts";
import { sbom } from "../../lib/build/sbom.ts";
import { loadConfig } from "../../lib/config/config.ts";
import { Folder } from "../support/folder.ts";
import { taskArgs } from "../support/task.ts";

const DEB = `proxmox-mcp_${project.version}_amd64.deb`;

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(program: string, args: readonly string[], options: Deno.CommandOptions = {}) {
  const { code, stdout, stderr } = await new Deno.Command(program, { args: [...args], ...options })
    .output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return { code, out: text(stdout), err: text(stderr) };
}

async function succeed(program: string, args: readonly string[], options?: Deno.CommandOptions) {
  const result: Result = await run(program, args, options);
  assert.equal(result.code, 0, `${program} ${args.join(" ")}: ${result.err}`);
  return result.out;
}

async function installed(program: string): Promise<boolean> {
  return await run("sh", ["-c", `command -v ${program}`]).then(({ code }) => code === 0);
}

/** Builds everything around an executable that is only looked at; gives the files' SHA-256 by name. */
async function build(output: string, args: readonly string[] = []): Promise<Map<string, string>> {
  const words = ["--executable", "/bin/true", "--level", "0", "--output", output, ...args];
  const printed = await succeed(
    Deno.execPath(),
    [...taskArgs("package"), "--arch", "amd64", ...words],
    { env: { SOURCE_DATE_EPOCH: "1700000000" } },
  );
  const paths = printed.split("\n");
  const sums = await succeed("sha256sum", paths.map((path) => path.split("/").at(-1) ?? ""), {
    cwd: output,
  });
  return new Map(sums.split("\n").map((line) => [line.slice(66), line.slice(0, 64)]));
}

Deno.test({
  name: "package builds every way to get the program, the same each time",
  ignore: !await installed("dpkg-deb") || !await installed("apt-get"),
  fn: async () => {
    await using folder = await Folder.make();
    const places = [
      ...["--image", "registry.example/proxmox-mcp"],
      ...["--downloads", "https://downloads.example/v1/"],
    ];
    const built = await build(folder.at("dist"), places);
    assert.deepEqual(await build(folder.at("again"), places), built);
    const { version } = project;
    const bundle = `proxmox-mcp-${version}-linux-amd64.mcpb`;
    assert.deepEqual([...built.keys()], [
      "proxmox-mcp-linux-amd64",
      DEB,
      `proxmox-mcp-${version}.tgz`,
      `proxmox-mcp-${version}-amd64.oci.tar`,
      bundle,
      "server.json",
      "install-links.md",
      "proxmox-mcp-lxc.sh",
      "sbom.cdx.json",
      "SHA256SUMS",
    ]);
    await succeed("sha256sum", ["--check", "SHA256SUMS"], { cwd: folder.at("dist") });

    const entry = JSON.parse(await folder.read("dist/server.json"));
    assert.equal(entry.version, version);
    assert.ok(entry.description.length <= 100);
    for (const { url } of entry.remotes) assert.match(url, /^https?:\/\//);
    const told = entry.packages.map(({ registryType, identifier, fileSha256 }: {
      registryType: string;
      identifier: string;
      fileSha256?: string;
    }) => [registryType, identifier, fileSha256]);
    assert.deepEqual(told, [
      ["npm", "proxmox-mcp", undefined],
      ["oci", `registry.example/proxmox-mcp:${version}`, undefined],
      ["mcpb", `https://downloads.example/v1/${bundle}`, built.get(bundle)],
    ]);

    const only = await build(folder.at("only"), ["--npm"]);
    assert.deepEqual([...only.keys()].filter((name) => /\.(deb|tgz|tar|mcpb)$/.test(name)), [
      `proxmox-mcp-${version}.tgz`,
    ]);
    const { packages } = JSON.parse(await folder.read("only/server.json"));
    assert.equal(packages.length, 1, "nothing is told of a place that was not named");
  },
});

Deno.test({
  name: "the Debian package holds a config that loads, its unit and every library's licence",
  ignore: !await installed("dpkg-deb"),
  fn: async () => {
    await using folder = await Folder.make();
    const release: Release = {
      ...{ version: "1.2.3", architecture: "amd64", date: new Date(0), level: 0 },
      registryName: "io.github.test/proxmox-mcp",
      executable: new Uint8Array(),
      licences: await licences(),
    };
    await buildDeb(release, folder.at("deb"));
    await succeed("dpkg-deb", ["-x", folder.at("deb"), folder.at("root")]);
    const config = folder.at("root/etc/proxmox-mcp/config.json");
    assert.equal((await Deno.stat(config)).mode! & 0o777, 0o640);
    const loaded = await loadConfig({ file: config, env: () => undefined, secrets: "skip" });
    assert.equal(loaded.server.require_lock, true);
    const unit = await folder.read("root/usr/lib/systemd/system/proxmox-mcp.service");
    assert.match(
      unit,
      /^ExecStart=\/usr\/bin\/proxmox-mcp serve --config \/etc\/proxmox-mcp\/config\.json$/m,
    );
    assert.match(unit, /^LoadCredential=proxmox-token:\/etc\/proxmox-mcp\/proxmox-token$/m);
    const copyright = await folder.read("root/usr/share/doc/proxmox-mcp/copyright");
    for (const name of ["proxmox-mcp", "zod", "hono", "commander", "postgres"]) {
      assert.match(copyright, new RegExp(`^${name}( \\d|$)`, "m"));
    }
    for (const name of ["README.md", "README.tr.md", "docs/clients.md", "docs/demo.svg"]) {
      assert.equal(
        await folder.read(`root/usr/share/doc/proxmox-mcp/${name}`),
        await Deno.readTextFile(new URL(`../../${name}`, import.meta.url)),
      );
    }
  },
});

Deno.test("the SBOM names every library with its hash, and what each needs", async () => {
  const debian = { name: "libc6", version: "2", purl: "pkg:deb/debian/libc6@2", sha256: "ab" };
  const date = new Date(0);
  const text = await sbom({ version: "1.2.3", date, debian: [{ ...debian, files: [] }] });
  const { bomFormat, specVersion, components, dependencies } = JSON.parse(text);
  assert.deepEqual([bomFormat, specVersion], ["CycloneDX", "1.6"]);
  const byName = new Map<string, Component>(
    components.map((component: Component) => [component.name, component]),
  );
  assert.deepEqual(byName.get("libc6")?.hashes, [{ alg: "SHA-256", content: "ab" }]);
  assert.match(byName.get("hono")?.purl ?? "", /^pkg:npm\/hono@4\./);
  assert.match(byName.get("hono")?.hashes?.[0]?.content ?? "", /^[0-9a-f]{128}$/);
  assert.match(byName.get("@modelcontextprotocol/server")?.purl ?? "", /^pkg:npm\/%40model/);
  for (const name of ["fast-check", "fflate", "modern-tar"]) assert.ok(!byName.has(name), name);
  const known = new Set(components.map((component: Component) => component["bom-ref"]));
  for (const { dependsOn } of dependencies) {
    for (const ref of dependsOn) assert.ok(known.has(ref), ref);
  }
});

interface Component {
  readonly "bom-ref": string;
  readonly name: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}

Deno.test("the install links of the documents are these", async () => {
  const places = {
    call: ["README.md", "README.tr.md"],
    start: ["docs/clients.md", "docs/clients.tr.md"],
  };
  for (const way of ["call", "start"] as const) {
    const known = installLinks().filter((link) => link.way === way).map(({ web }) => web);
    for (const name of places[way]) {
      const text = await Deno.readTextFile(new URL(`../../${name}`, import.meta.url));
      const found = text.matchAll(/https:\/\/(?:cursor\.com\/|vscode\.dev\/redirect)[^)\s]+/g);
      assert.deepEqual([...found].map(([link]) => link), known, name);
    }
  }
});

Deno.test("install links hold the entry that each client reads, and no secret", () => {
  for (const { client, way, url, web } of installLinks()) {
    const { searchParams, search } = new URL(url);
    const entry = client === "Cursor"
      ? JSON.parse(atob(searchParams.get("config") ?? ""))
      : JSON.parse(decodeURIComponent(search.slice(1)));
    assert.equal(client === "Cursor" ? searchParams.get("name") : entry.name, "proxmox");
    if (way === "start") {
      assert.deepEqual([entry.command, ...entry.args], [
        ...["npx", "-y", "proxmox-mcp", "stdio", "--scope", "user"],
      ]);
      assert.equal(entry.env.DATABASE_URL, "sqlite:${userHome}/.proxmox-mcp.db");
    } else assert.equal(entry.url, "http://localhost:8812/mcp");
    const secret = way === "start" ? entry.env.PROXMOX_TOKEN_VALUE : entry.headers.Authorization;
    assert.match(secret, /YOUR_TOKEN|\$\{input:token/);
    const asked = /\$\{input:(\w+)\}/.exec(secret)?.[1];
    if (asked !== undefined) {
      const input = entry.inputs.find(({ id }: { id: string }) => id === asked);
      assert.deepEqual([input.type, input.password], ["promptString", true]);
    }
    assert.match(web, /^https:/);
    const shown = new URL(web).searchParams;
    assert.ok(client === "Cursor" ? shown.get("config") : shown.get("url") === url);
  }
});

Deno.test("the manual tells every command and option, and roff reads it without a warning", async () => {
  const commands = describeProgram();
  const page = manualPage(commands, { version: "1.2.3", date: new Date(0) });
  for (const { path, options, commands: children } of commands.slice(1)) {
    if (children.length > 0) continue;
    assert.ok(page.includes(`.SS ${path.replace("proxmox-mcp ", "").replaceAll("-", "\\-")}\n`));
    for (const { flags } of options) {
      assert.ok(page.includes(`.B ${flags.replaceAll("-", "\\-")}\n`));
    }
  }
  assert.ok(page.includes("proxmox\\-mcp token revoke [options] <ID>"));
  if (!await installed("groff")) return;
  await using folder = await Folder.make();
  const file = await folder.write("page.1", page);
  const checked = await run("groff", ["-man", "-Tascii", "-ww", "-z", file]);
  assert.deepEqual(checked, { code: 0, out: "", err: "" });
});

Deno.test("completions offer commands, then their options", async () => {
  const commands = describeProgram();
  await using folder = await Folder.make();
  const file = await folder.write("bash", bashCompletion(commands));
  const complete = async (...words: string[]) => {
    const script = `source ${file}; COMP_WORDS=(${words.map((word) => `"${word}"`).join(" ")})
      COMP_CWORD=${words.length - 1}; _proxmox_mcp; echo "\${COMPREPLY[*]}"`;
    return await succeed("bash", ["-c", script]);
  };
  assert.equal(await complete("proxmox-mcp", "t"), "token tools");
  assert.equal(
    await complete("proxmox-mcp", "token", ""),
    "create list update rotate revoke readmit --help",
  );
  assert.equal(
    await complete("proxmox-mcp", "token", "create", "--user", "ayse", "--ex"),
    "--expires-days",
  );
  assert.match(await complete("proxmox-mcp", "serve", "--"), /--config .*--port/);
  const permission = ["proxmox-mcp", "token", "create", "--permission"];
  assert.equal(await complete(...permission, ""), "read write admin");
  assert.equal(await complete(...permission, "w"), "write");
  assert.equal(await complete("proxmox-mcp", "audit", "list", "--outcome", "d"), "denied");
  assert.equal(await complete("proxmox-mcp", "unit", "--health", ""), "timer service");
  assert.equal(await complete("proxmox-mcp", "init", "--token-file", file.slice(0, -2)), file);
  const zsh = zshCompletion(commands);
  assert.match(zsh, /^#compdef proxmox-mcp\n/);
  assert.match(zsh, /^ {4}--permission\) compadd -- read write admin; return ;;$/m);
  assert.match(
    zsh,
    /"proxmox-mcp token"\) choices=\(create list update rotate revoke readmit --help\)/,
  );
  const fish = fishCompletion(commands);
  assert.match(fish, / -l permission -x -a 'read write admin' -d /);
  assert.match(fish, /__fish_seen_subcommand_from token; and .* -a create -d 'create a token/);
});
