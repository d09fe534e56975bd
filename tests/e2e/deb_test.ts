import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { buildDeb } from "../../lib/build/deb.ts";
import { superviseServe } from "../support/cli.ts";
import { type Block, blocksOf } from "../support/documents.ts";
import { Folder } from "../support/folder.ts";
import { RELEASE, RUNTIME_NOTE } from "../support/release.ts";
import { System } from "../support/system.ts";

const ROOT = new URL("../../", import.meta.url);
/** systemctl then changes links and nothing else; what is not there cannot start anything now. */
const NO_SYSTEMD = { SYSTEMD_OFFLINE: "1", PATH: "/root/bin:/usr/sbin:/usr/bin:/sbin:/bin" };
const SYSTEMCTL = `#!/bin/sh
[ "$1 $2" = "enable --now" ] && shift 2 && set -- enable "$@"
exec /usr/bin/systemctl "$@"
`;
const CONFIG = "/etc/proxmox-mcp/config.json";
const UNIT = "/etc/systemd/system/proxmox-mcp.service";
const ENABLED = "/etc/systemd/system/multi-user.target.wants/proxmox-mcp.service";

/** The blocks of the documents that stand below the heading. */
async function guide(heading: string): Promise<Block[]> {
  for (const path of await documents()) {
    const [, section] = (await Deno.readTextFile(path)).split(`\n### ${heading}\n`);
    if (section !== undefined) return blocksOf(section.split(/^#{2,3} /m)[0] ?? "");
  }
  throw new Error(`no document has the heading ${heading}`);
}

async function documents(): Promise<URL[]> {
  const docs = new URL("docs/", ROOT);
  const names = await Array.fromAsync(Deno.readDir(docs)).catch(() => []);
  return [new URL("README.md", ROOT), ...names.map(({ name }) => new URL(name, docs))];
}

/** The simulated cluster, where that system finds Proxmox. */
async function startPve(system: System) {
  const script = fileURLToPath(new URL("../support/pve_process.ts", import.meta.url));
  const child = system.inNetwork(Deno.execPath(), ["run", "-A", "--no-prompt", script]).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  const told = JSON.parse(new TextDecoder().decode(value)) as { caPem: string; value: string };
  return {
    ...told,
    [Symbol.asyncDispose]: async () => {
      await child.stdin.close();
      await child.stdout.cancel();
      await child.status;
    },
  };
}

/** What systemd would run for a unit: its command as its user, with its credentials. */
async function startedBy(system: System, unit: string): Promise<Deno.Command> {
  const text = await Deno.readTextFile(system.at(unit));
  const value = (key: string) => new RegExp(`^${key}=(.+)$`, "m").exec(text)?.[1] ?? "";
  const credentials = "/run/credentials/proxmox-mcp.service";
  const user = value("User");
  const [name, file] = value("LoadCredential").split(":");
  await system.run(`install -D -m 400 -o ${user} ${file} ${credentials}/${name}`);
  const identity = ["setpriv", `--reuid=${user}`, `--regid=${value("Group")}`, "--init-groups"];
  return system.command([...identity, ...value("ExecStart").split(" ")], {
    CREDENTIALS_DIRECTORY: credentials,
  });
}

Deno.test({
  name:
    `the Debian package is installed, used as the guide says, upgraded, removed and purged${RUNTIME_NOTE}`,
  ignore: !await System.isPossible(),
  fn: async (t) => {
    await using folder = await Folder.make();
    const upgrade = { ...RELEASE, version: "99.0.0" };
    await buildDeb(RELEASE, folder.at("old.deb"));
    await buildDeb(upgrade, folder.at("new.deb"));
    await using system = await System.start();
    await using pve = await startPve(system);
    // Only saves time: no index of manuals, no waiting for the disk.
    await system.run("rm -f /var/lib/man-db/auto-update");
    await Deno.mkdir(system.at("/root/bin"), { recursive: true });
    await Deno.writeTextFile(system.at("/root/bin/systemctl"), SYSTEMCTL, { mode: 0o755 });
    await system.run("echo force-unsafe-io > /etc/dpkg/dpkg.cfg.d/unsafe-io");
    const before = await system.run("getent passwd; getent group");
    const asServer = (lines: string) =>
      system.run(`cd /root && runuser -u proxmox-mcp -- bash -e <<'LINES'\n${lines}\nLINES`);

    await t.step("install", async () => {
      await Deno.copyFile(folder.at("old.deb"), system.at("/tmp/old.deb"));
      await system.run("dpkg -i /tmp/old.deb", NO_SYSTEMD);
      assert.equal(
        await system.run("stat -c '%U:%G %a %n' /var/lib/proxmox-mcp /var/log/proxmox-mcp"),
        ["lib", "log"].map((kind) => `proxmox-mcp:proxmox-mcp 750 /var/${kind}/proxmox-mcp`)
          .join("\n"),
      );
    });

    let token = "";
    await t.step("the guide's config, database, user and token", async () => {
      const [json, shell] = await guide("3. Configuration");
      await Deno.mkdir(system.at("/etc/pve"));
      await Deno.writeTextFile(system.at("/etc/pve/pve-root-ca.pem"), pve.caPem);
      await Deno.writeTextFile(system.at("/etc/proxmox-mcp/proxmox-token"), pve.value);
      await Deno.writeTextFile(system.at(CONFIG), json?.text ?? "");
      await system.run(shell?.text ?? "");
      const [account] = await guide("4. Database, user, token");
      const said = await asServer(account?.text ?? "");
      token = /^pmcp_\S+$/m.exec(said)?.[0] ?? "";
    });

    /** Serves by a command, and asks it for the nodes. */
    const tryServing = async (command: Deno.Command) => {
      await using server = await superviseServe(command);
      await server.line(/^ {2}lock +locked/);
      const answer = await system.run(
        `curl -sS ${server.url} -H 'Authorization: Bearer ${token}' \\
          -H 'Content-Type: application/json' \\
          -d '{"method": "tools/call", "params": {"name": "get_nodes", "arguments": {}}}'`,
      );
      assert.match(answer, /pve1/);
    };

    await t.step("the guide's check, unit and serve", async () => {
      const blocks = await guide("5. Look, then serve");
      const serve = blocks.at(-1)?.text.trim() ?? "";
      assert.equal(serve, "proxmox-mcp serve");
      for (const { text } of blocks.slice(0, -1)) await system.run(text, NO_SYSTEMD);
      await tryServing(await startedBy(system, UNIT));
      await tryServing(system.command(serve.split(" ")));
    });

    await t.step("upgrade", async () => {
      const config = await Deno.readTextFile(system.at(CONFIG));
      await Deno.copyFile(folder.at("new.deb"), system.at("/tmp/new.deb"));
      await system.run("dpkg -i /tmp/new.deb", NO_SYSTEMD);
      assert.match(await system.run("dpkg -s proxmox-mcp"), /^Version: 99\.0\.0$/m);
      assert.equal(await Deno.readTextFile(system.at(CONFIG)), config);
      assert.match(await asServer("proxmox-mcp token list"), /laptop/);
    });

    await t.step("remove", async () => {
      await system.run(`test -L ${ENABLED}`);
      await system.run("dpkg -r proxmox-mcp", NO_SYSTEMD);
      await system.run(`test ! -L ${ENABLED}`);
      await system.run(`test ! -e /usr/bin/proxmox-mcp && test -f ${CONFIG}`);
      await system.run("test -f /var/lib/proxmox-mcp/proxmox-mcp.db");
    });

    await t.step("purge while a program of its user runs, and install again", async () => {
      await system.run(
        `
        setpriv --reuid=proxmox-mcp --regid=proxmox-mcp --clear-groups sleep 600 > /dev/null 2>&1 &
        until [ "$(stat -c %U /proc/$!)" = proxmox-mcp ]; do :; done
        dpkg -P proxmox-mcp
        kill $!
        test ! -e /var/lib/proxmox-mcp
        dpkg -i /tmp/new.deb`,
        NO_SYSTEMD,
      );
    });

    await t.step("purge", async () => {
      await system.run("dpkg -P proxmox-mcp", NO_SYSTEMD);
      assert.equal(await system.run("getent passwd; getent group"), before);
      const left = (await system.changes()).filter((path) => path.includes("proxmox-mcp"));
      assert.deepEqual(left, [UNIT], "what an administrator made is not the package's");
    });

    await t.step("installed anew and set up by init, as the guide says", async () => {
      const [, init] = await guide("By the Debian package");
      assert.match(init?.text ?? "", /^proxmox-mcp init --yes --unit /);
      await Deno.writeTextFile(system.at("/root/secret"), pve.value, { mode: 0o600 });
      await system.run("dpkg -i /tmp/old.deb", NO_SYSTEMD);
      await system.run(`cd /root && ${init?.text}`, NO_SYSTEMD);
      const { tools } = JSON.parse(await Deno.readTextFile(system.at(CONFIG)));
      assert.deepEqual(tools, { toolsets: ["core"] });
      token = (await system.run("cat /root/ayse.token")).trim();
      await tryServing(await startedBy(system, UNIT));
      assert.match(await asServer("proxmox-mcp token list"), /ayse/);
    });

    await t.step("a CA in root's home is copied to where the server may read it", async () => {
      await system.run("mv /etc/pve/pve-root-ca.pem /root/own.pem");
      const again = "proxmox-mcp init --yes --unit --ca-file own.pem";
      assert.doesNotMatch(await system.run(`cd /root && ${again}`, NO_SYSTEMD), /^note:/m);
      await tryServing(await startedBy(system, UNIT));
    });
  },
});
