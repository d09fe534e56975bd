import assert from "node:assert/strict";
import { startFakePve } from "../fake_pve.ts";
import { Site } from "../site.ts";
import { cli, startServe } from "../support/cli.ts";
import { Folder } from "../support/folder.ts";
import { until } from "../support/until.ts";
import { changes } from "../tools/requests.ts";

/** Runs a command on the site's database, as another process would. */
async function command(site: Site, ...args: string[]) {
  const env = { DATABASE_URL: `sqlite:${site.folder}/test.db` };
  const result = await cli([...args, "--config", `${site.folder}/config.json`], { env });
  return { ...result, json: () => JSON.parse(result.out) };
}

Deno.test("halt refuses every change at once and says who, when, why and how it ends", async () => {
  await using site = await Site.start();
  const halted = await command(site, "halt", "--reason", "storage moves", "--by", "grace");
  assert.match(
    halted.out,
    /^changes are halted since \S+ \S+ UTC by grace \(storage moves\); `.* resume` ends it$/,
  );
  const refused = await site.call("start_vm", { vmid: 101 });
  assert.equal(refused.code, "forbidden");
  assert.match(
    refused.text,
    /^Changes are halted since \S+Z by grace \(storage moves\)\. Reads and dry runs go on; `.* resume` ends it\.$/,
  );
  const turkish = await site.post(
    { method: "tools/call", params: { name: "delete_vm", arguments: { vmid: 101 } } },
    { ...site.headers(), "accept-language": "tr" },
  );
  assert.match(turkish.json.result.content[0].text, /grace tarafından durduruldu/);
  const put = { method: "PUT", path: "/nodes/pve1/qemu/101/config", params: { cores: 2 } };
  assert.match((await site.call("change_api", { ...put, dry_run: false })).text, /halted/);
  assert.equal(site.fake.requests.length, 0, "nothing is even looked up");

  assert.equal((await site.call("get_nodes")).isError, false);
  assert.equal((await site.call("call_api", { path: "/version" })).isError, false);
  const planned = await site.call("start_vm", { vmid: 101, dry_run: true });
  assert.equal(planned.value.dry_run.requests.length, 1, planned.text);
  assert.equal(changes(site).length, 0);

  const again = await command(site, "halt", "--reason", "another", "--json");
  assert.deepEqual([again.json().by, again.json().reason], ["grace", "storage moves"]);
  const checked = (await command(site, "check", "--json")).json();
  const finding = checked.findings.find(({ name }: { name: string }) => name === "halt");
  assert.deepEqual([finding.state, /grace \(storage moves\)/.test(finding.message)], [
    "warn",
    true,
  ]);
  assert.match(await metrics(site), /^proxmox_mcp_halted 1$/m);

  assert.equal((await command(site, "resume", "--json")).json().ended.by, "grace");
  assert.match((await command(site, "resume")).out, /^changes were not halted$/);
  assert.equal((await site.call("start_vm", { vmid: 101 })).isError, false);
  assert.match(await metrics(site), /^proxmox_mcp_halted 0$/m);

  const rows = (await site.trail.list()).toReversed();
  assert.deepEqual(
    rows.filter(({ tool }) => ["halt", "resume", "start_vm"].includes(tool))
      .map(({ tool, user, door, outcome }) => [tool, door === "command" ? user : door, outcome]),
    [
      ["halt", "grace", "ok"],
      ["start_vm", "curl", "denied"],
      ["start_vm", "curl", "ok"],
      ["halt", rows.find(({ arguments: given }) => given.includes("another"))?.user, "ok"],
      ["resume", rows.at(-3)?.user, "ok"],
      ["resume", rows.at(-3)?.user, "ok"],
      ["start_vm", "curl", "ok"],
    ],
  );
  assert.equal((await site.trail.verify()).ok, true);
});

Deno.test("halt stops the further requests of a change that is under way, and not what runs", async () => {
  await using site = await Site.start({ pve: { guests: 20, taskPolls: 1e9 } });
  const stopped = [...site.fake.state.guests.values()]
    .filter(({ status, config }) => status === "stopped" && !config.template).slice(0, 12);
  const vmids = stopped.map(({ vmid }) => vmid);
  const answer = site.call("bulk_power", { action: "start", vmids, dry_run: false });
  await until(() =>
    site.fake.state.tasks.filter(({ status }) => status === "running").length === 8
  );
  await command(site, "halt");
  site.fake.finishTasks();
  const { value } = await answer;
  const results = value.guests.map(({ result }: { result: string }) => result);
  assert.deepEqual(results, [...Array(8).fill("done"), ...Array(4).fill("failed")]);
  assert.match(value.guests[9].detail, /^Changes are halted since/);
  assert.equal(changes(site).length, 8);
});

Deno.test("SIGUSR1 halts the changes of a locked server, SIGUSR2 lets them go on", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  await folder.write("ca.pem", pve.caPem);
  const config = await folder.write("config.json", {
    proxmox: { host: pve.host, port: pve.port, ca_file: "ca.pem" },
    auth: { user: pve.token.user, token_name: pve.token.name, token_value: pve.token.value },
    server: { port: 0 },
  });
  await using server = await startServe(["--config", config]);
  assert.match(server.lines.join("\n"), /locked \(worker\)/);
  server.kill("SIGUSR1");
  await server.line(/WARNING - Changes are halted since .* by SIGUSR1$/);
  assert.match(
    (await cli(["check", "--config", config])).out,
    /^warn {2}halt {6}changes are halted/m,
  );
  server.kill("SIGUSR2");
  await server.line(/WARNING - Changes go on$/);
  assert.match((await cli(["resume", "--config", config])).out, /^changes were not halted$/);
  const listed = (await cli(["audit", "list", "--json", "--config", config])).out.split("\n");
  const rows = listed.map((line) => JSON.parse(line)).toReversed();
  assert.deepEqual(
    rows.map(({ tool, user, door }) => [tool, door === "signal" ? user : door]),
    [["halt", "SIGUSR1"], ["resume", "SIGUSR2"], ["resume", "command"]],
  );
});

Deno.test("halt says what to do where the database keeps nothing of the program's own", async () => {
  await using site = await Site.start({ config: { audit: { database: false } } });
  const { status, err } = await command(site, "halt");
  assert.equal(status, 1);
  assert.match(
    err,
    /^proxmox-mcp: Cannot halt changes: with audit\.database false .* send SIGUSR1/,
  );
  assert.equal((await command(site, "halt", "--reason", "a\nb")).status, 2);
});

async function metrics(site: Site): Promise<string> {
  const answer = await fetch(`${site.root}/metrics`, { headers: site.headers() });
  return await answer.text();
}
