/** A remedy that a message names is about the config that the command was given. */
import assert from "node:assert/strict";
import { typedHere } from "../../lib/command.ts";
import { startFakePve } from "../fake_pve.ts";
import { MAIN, spawnCli } from "../support/cli.ts";
import { Folder } from "../support/folder.ts";

Deno.test("what a command says to run next repeats the --config that it was given, and works as it stands", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  const { user, name: token_name, value: token_value } = pve.token;
  const config = await folder.write("my config.json", {
    proxmox: { host: pve.host, port: pve.port, fingerprint: pve.fingerprint },
    auth: { user, token_name, token_value },
    database: { url: "sqlite:other.db" },
  });
  const remedyIn = (text: string) => {
    const [, remedy = ""] = /`deno run -A main\.ts ([^`]+)`/.exec(text) ?? [];
    const [, command = "", given] = /^(.+) --config '(.+)'$/.exec(remedy) ?? [];
    assert.equal(given, config, text);
    return command.split(" ");
  };
  const list = ["token", "list", "--config", config];
  const refused = await spawnCli(list);
  assert.equal(refused.status, 1);
  assert.deepEqual(remedyIn(refused.err), ["migrate"]);
  const migrated = await spawnCli(["migrate", `--config=${config}`]);
  assert.equal(migrated.status, 0, migrated.err);
  assert.equal((await spawnCli(list)).status, 0);
  const unknown = ["token", "create", "--user", "ada", "--name", "x", "--permission", "read"];
  const { err } = await spawnCli([...unknown, "--config", config]);
  assert.deepEqual(remedyIn(err), ["user", "create", "NAME"]);
  assert.equal((await spawnCli(["user", "create", "ada", "--config", config])).status, 0);
  const printed = [Deno.execPath(), "run", "-A", MAIN, ...unknown, "--config", config];
  const full = await new Deno.Command("sh", {
    args: ["-c", 'exec "$@" > /dev/full', "sh", ...printed],
  }).output();
  assert.deepEqual(remedyIn(new TextDecoder().decode(full.stderr)), ["token", "revoke", "1"]);
  const halted = await spawnCli(["halt", "--config", config]);
  assert.deepEqual(remedyIn(halted.out), ["resume"]);
});

Deno.test("typedHere adds nothing where no config was given", () => {
  assert.equal(typedHere("migrate", ["token", "list"]), "deno run -A main.ts migrate");
  assert.equal(
    typedHere("migrate", ["--config", "a", "list", "--config=b"]),
    "deno run -A main.ts migrate --config b",
  );
});
