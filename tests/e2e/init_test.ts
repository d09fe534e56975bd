import assert from "node:assert/strict";
import { loadConfig } from "../../lib/config/config.ts";
import { hashToken } from "../../lib/auth/token.ts";
import { cli, spawnCli, startServe } from "../support/cli.ts";
import { has, runScript, strictCurl } from "../support/documents.ts";
import { Fresh, good, modeOf } from "../support/fresh.ts";

Deno.test({
  name: "init, serve and the curl line that init prints lead from an empty folder to an answer",
  ignore: !has("curl"),
  fn: async () => {
    await using fresh = await Fresh.make();
    const { folder, pve } = fresh;
    const out = good(await spawnCli(["init", ...fresh.options], { cwd: folder.path }));
    assert.ok(out.includes(pve.fingerprint), "the certificate is shown");
    assert.match(out, /^Start the server:\n {2}deno task start$/m);
    assert.ok(!out.includes(pve.token.value));
    await using server = await startServe([], { cwd: folder.path });
    assert.match(server.lines.join("\n"), /locked \(worker\)[\s\S]*Proxmox VE 9\.2\.11/);
    const curl = /^curl .*$/m.exec(out)?.[0] ?? "";
    const env = await strictCurl(folder.path);
    const answer = JSON.parse((await runScript(curl, { cwd: folder.path, env })).out);
    assert.deepEqual([answer.error, answer.result.isError ?? false], [undefined, false]);
    assert.match(answer.result.content[0].text, /pve1/);
  },
});

Deno.test("init writes for their owner only, and a second run keeps what is there", async () => {
  await using fresh = await Fresh.make();
  const first = good(await fresh.init([...fresh.options, "--user", "ayse", "--scope", "admin"]));
  const names = ["config.json", "config.json.init", "proxmox-mcp.db", "proxmox-token"];
  assert.deepEqual(await fresh.files(), names);
  for (const name of names) assert.equal(await modeOf(fresh.folder.at(name)), 0o600, name);
  const { clusters } = await loadConfig({ file: fresh.config, env: () => undefined });
  const [{ proxmox, auth }] = clusters;
  assert.equal(proxmox.fingerprint, fresh.pve.fingerprint.replaceAll(":", "").toLowerCase());
  assert.equal(auth.token_value, fresh.pve.token.value);
  assert.match(first, /^user: ayse, scope admin$/m);
  const before = await Promise.all(names.slice(0, 2).map((name) => fresh.folder.read(name)));
  const { out, status } = await fresh.init(["--yes"]);
  assert.equal(status, 0, out);
  const steps = out.slice(0, out.indexOf("\nCheck:")).split("\n").filter(Boolean);
  assert.equal(steps.length, 8, out);
  for (const step of steps) assert.match(step, /\(already there\)$/);
  assert.deepEqual(
    await Promise.all(names.slice(0, 2).map((name) => fresh.folder.read(name))),
    before,
  );
  assert.equal((await fresh.tokens()).length, 1);
  assert.match(out, /Bearer YOUR_TOKEN/);
});

Deno.test("init changes only what its options say", async () => {
  await using fresh = await Fresh.make();
  good(await fresh.init(fresh.options));
  const before = JSON.parse(await fresh.folder.read("config.json"));
  assert.deepEqual(before.tools, { toolsets: ["core"] });
  good(await fresh.init(["--yes", "--http-port", "8899"]));
  const after = JSON.parse(await fresh.folder.read("config.json"));
  assert.deepEqual(after, { ...before, server: { port: 8899 } });
  good(await fresh.init(["--yes", "--ca-file", fresh.elsewhere("ca.pem")]));
  const { fingerprint: _, ...proxmox } = before.proxmox;
  assert.deepEqual(JSON.parse(await fresh.folder.read("config.json")), {
    ...after,
    proxmox: { ...proxmox, ca_file: fresh.elsewhere("ca.pem") },
  });
  const out = fresh.folder.at("out", "token");
  good(await fresh.init(["--yes", "--token-out", out]));
  assert.equal((await fresh.tokens()).length, 2);
  assert.equal(await modeOf(out), 0o600);
  assert.match((await Deno.readTextFile(out)).trim(), /^pmcp_[\w-]{43}$/);
  const again = good(await fresh.init(["--yes", "--token-out", out]));
  assert.equal((await fresh.tokens()).length, 2);
  assert.ok(!again.includes("pmcp_"), "a token in a file is not shown");
  assert.match(again, new RegExp(`^curl .*Bearer \\$\\(cat '${out}'\\)`, "m"));
});

function tokenIn(out: string): string {
  return /^token: (pmcp_\S+) \(shown this once/m.exec(out)?.[1] ?? assert.fail(out);
}

class Killed extends Error {}

for (const tokenOut of [false, true]) {
  const where = tokenOut ? "token in a file" : "token on the screen";
  Deno.test(`init that was ended after any of its lines is run again to a good end (${where})`, async () => {
    await using fresh = await Fresh.make();
    for (let at = 1;; at++) {
      for await (const { name } of Deno.readDir(fresh.folder.path)) {
        await Deno.remove(fresh.folder.at(name));
      }
      const out = fresh.folder.at("token");
      const args = [...fresh.options, "--user", "ayse", ...(tokenOut ? ["--token-out", out] : [])];
      let lines = 0;
      let last = "";
      const onLine = (line: string) => {
        last = line;
        if (++lines === at) throw new Killed("killed");
      };
      const first = await fresh.init(args, { onLine });
      for (const name of await fresh.files()) {
        assert.ok(!name.endsWith(".new"), name);
        if (name.endsWith(".json")) JSON.parse(await fresh.folder.read(name));
      }
      const second = good(await fresh.init(args));
      const active = (await fresh.tokens()).filter(({ state }) => state === "active");
      assert.equal(active.length, 1, `after: ${last}`);
      if (tokenOut) assert.match(await Deno.readTextFile(out), /^pmcp_/);
      else {
        const seen = `${first.out}\n${second}`.match(/^token: pmcp_\S+/gm) ?? [];
        assert.ok(seen.length >= 1, `nobody was shown a token after: ${last}`);
      }
      if (first.status === 0 || last.startsWith("ok ")) break;
    }
  });
}

Deno.test("a token that an interrupted run may not have shown is revoked", async () => {
  await using fresh = await Fresh.make();
  const args = [...fresh.options, "--user", "ayse"];
  const onLine = (line: string) => {
    if (line.startsWith("token: pmcp_")) throw new Killed("killed");
  };
  const first = await fresh.init(args, { onLine });
  const second = good(await fresh.init(args));
  assert.notEqual(tokenIn(first.out), tokenIn(second));
  assert.match(second, /the one of the interrupted run is revoked/);
  assert.deepEqual((await fresh.tokens()).map(({ state }) => state).toSorted(), [
    "active",
    "revoked",
  ]);
});

/** Ends a run before or after the nth file that it puts in place. */
function endAtFile(
  nth: number,
  when: "before" | "after",
): Disposable & { readonly count: () => number } {
  const rename = Deno.renameSync;
  let count = 0;
  Deno.renameSync = (from, to) => {
    count++;
    if (count === nth && when === "before") throw new Killed("killed");
    rename(from, to);
    if (count === nth) throw new Killed("killed");
  };
  return { count: () => count, [Symbol.dispose]: () => void (Deno.renameSync = rename) };
}

Deno.test("init that was ended before or after any file it writes is run again to a good end", async () => {
  await using fresh = await Fresh.make();
  const out = fresh.folder.at("token");
  for (const when of ["before", "after"] as const) {
    for (let nth = 1;; nth++) {
      for (const name of await fresh.files()) await Deno.remove(fresh.folder.at(name));
      const args = [...fresh.options, "--user", "ayse", "--token-out", out];
      let count: number;
      {
        using ending = endAtFile(nth, when);
        await fresh.init(args);
        count = ending.count();
      }
      if (count < nth) break;
      good(await fresh.init(args));
      const active = (await fresh.tokens()).filter(({ state }) => state === "active");
      assert.equal(active.length, 1, `${when} file ${nth}`);
      const store = await cli(["token", "list", "--json", "--config", fresh.config]);
      const hash = hashToken((await Deno.readTextFile(out)).trim());
      assert.ok(store.out.includes(hash.slice(0, 8)), `${when} file ${nth}: another token`);
      assert.deepEqual((await fresh.files()).filter((name) => name.endsWith(".new")), []);
    }
  }
});

Deno.test("SIGINT ends init with 130 and one line, and it goes on from there", async () => {
  await using fresh = await Fresh.make();
  const undo = fresh.pve.fault({ path: /^\/version$/ }, { kind: "delay", ms: 30_000 });
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-prompt",
      "main.ts",
      "init",
      "--config",
      fresh.config,
      ...fresh.options,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  while (!fresh.pve.requests.some(({ path }) => path === "/version")) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  child.kill("SIGINT");
  const { code, stderr } = await child.output();
  assert.equal(code, 130);
  assert.match(new TextDecoder().decode(stderr), /^proxmox-mcp: interrupted: [^\n]*\n$/);
  assert.deepEqual(await fresh.files(), []);
  undo();
  good(await fresh.init(fresh.options));
});
