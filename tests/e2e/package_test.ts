import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import project from "../../deno.json" with { type: "json" };
import { bashCompletion, fishCompletion, zshCompletion } from "../../lib/build/completions.ts";
import { describeProgram } from "../../lib/build/help.ts";
import { manualPage } from "../../lib/build/man.ts";
import { loadConfig } from "../../lib/config/config.ts";
import { Folder } from "../support/folder.ts";

const SCRIPT = fileURLToPath(new URL("../../lib/build/package.ts", import.meta.url));
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

/** `dpkg` in a folder of its own, by another user than root under `fakeroot`. */
async function dpkg(root: string, args: readonly string[]): Promise<string> {
  const words = [
    "dpkg",
    `--root=${root}`,
    "--force-not-root",
    "--force-script-chrootless",
    "--force-depends",
    ...args,
  ];
  const asRoot = Deno.uid() === 0 ? words : ["fakeroot", ...words];
  return await succeed(asRoot[0] ?? "", asRoot.slice(1));
}

async function emptySystem(folder: Folder): Promise<string> {
  const root = folder.at("root");
  for (const part of ["info", "updates", "triggers"]) {
    await Deno.mkdir(`${root}/var/lib/dpkg/${part}`, { recursive: true });
  }
  await Deno.writeTextFile(`${root}/var/lib/dpkg/status`, "");
  return root;
}

Deno.test({
  name: "package builds a Debian package that installs and goes away again",
  ignore: !await installed("dpkg-deb") || !(Deno.uid() === 0 || await installed("fakeroot")),
  fn: async () => {
    await using folder = await Folder.make();
    const standIn = Deno.env.get("DENORT_BIN") ?? "/bin/true";
    const printed = await succeed(
      Deno.execPath(),
      ["run", "-A", "--no-prompt", SCRIPT, "--arch", "amd64", "--output", folder.at("dist")],
      // How small the package gets is not looked at.
      { env: { DENORT_BIN: standIn, DPKG_DEB_COMPRESSOR_LEVEL: "0" } },
    );
    const names = [...Deno.readDirSync(folder.at("dist"))].map(({ name }) => name).sort();
    const expected = ["Dockerfile", "SHA256SUMS", "proxmox-mcp-linux-amd64", DEB, "server.json"];
    assert.deepEqual(names, expected.sort());
    assert.deepEqual(printed.split("\n").map((path) => path.split("/").at(-1)).sort(), names);
    await succeed("sha256sum", ["--check", "SHA256SUMS"], { cwd: folder.at("dist") });

    const root = await emptySystem(folder);
    await dpkg(root, ["-i", folder.at("dist", DEB)]);
    const config = `${root}/etc/proxmox-mcp/config.json`;
    assert.equal((await Deno.stat(config)).mode! & 0o777, 0o640);
    assert.equal((await Deno.stat(`${root}/usr/bin/proxmox-mcp`)).mode! & 0o777, 0o755);
    const loaded = await loadConfig({ file: config, env: () => undefined, secrets: "skip" });
    assert.equal(loaded.server.require_lock, true);
    const unit = await Deno.readTextFile(`${root}/usr/lib/systemd/system/proxmox-mcp.service`);
    assert.match(
      unit,
      /^ExecStart=\/usr\/bin\/proxmox-mcp serve --config \/etc\/proxmox-mcp\/config\.json$/m,
    );
    assert.match(unit, /^LoadCredential=proxmox-token:\/etc\/proxmox-mcp\/proxmox-token$/m);
    const copyright = await Deno.readTextFile(`${root}/usr/share/doc/proxmox-mcp/copyright`);
    for (const name of ["proxmox-mcp", "zod", "hono", "commander", "postgres"]) {
      assert.match(copyright, new RegExp(`^${name}( \\d|$)`, "m"));
    }

    await Deno.writeTextFile(config, "{}");
    await dpkg(root, ["-i", folder.at("dist", DEB)]);
    assert.equal(await Deno.readTextFile(config), "{}", "an upgrade keeps the config");
    await dpkg(root, ["-r", "proxmox-mcp"]);
    await assert.rejects(Deno.stat(`${root}/usr/bin/proxmox-mcp`), Deno.errors.NotFound);
    assert.equal(await Deno.readTextFile(config), "{}", "removal keeps the config");
    await dpkg(root, ["-P", "proxmox-mcp"]);
    await assert.rejects(Deno.stat(config), Deno.errors.NotFound);

    const entry = JSON.parse(await folder.read("dist/server.json"));
    assert.equal(entry.version, project.version);
    assert.ok(entry.description.length <= 100);
    assert.match(
      await folder.read("dist/Dockerfile"),
      /^COPY proxmox-mcp-linux-amd64 \/usr\/bin\/proxmox-mcp$/m,
    );
  },
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
  assert.equal(await complete("proxmox-mcp", "token", ""), "create list revoke --help");
  assert.equal(
    await complete("proxmox-mcp", "token", "create", "--user", "ayse", "--ex"),
    "--expires-days",
  );
  assert.match(await complete("proxmox-mcp", "serve", "--"), /--config .*--port/);
  const permission = ["proxmox-mcp", "token", "create", "--permission"];
  assert.equal(await complete(...permission, ""), "read write admin");
  assert.equal(await complete(...permission, "w"), "write");
  assert.equal(await complete("proxmox-mcp", "audit", "list", "--outcome", "d"), "denied");
  const zsh = zshCompletion(commands);
  assert.match(zsh, /^#compdef proxmox-mcp\n/);
  assert.match(zsh, /^ {4}--permission\) compadd -- read write admin; return ;;$/m);
  assert.match(zsh, /"proxmox-mcp token"\) choices=\(create list revoke --help\)/);
  const fish = fishCompletion(commands);
  assert.match(fish, / -l permission -x -a 'read write admin' -d /);
  assert.match(fish, /__fish_seen_subcommand_from token; and .* -a create -d 'create a token/);
});
