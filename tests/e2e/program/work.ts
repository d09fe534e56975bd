import assert from "node:assert/strict";
import { join } from "node:path";
import { until } from "../../support/until.ts";
import type { Ground } from "./ground.ts";
import { Running } from "./ground.ts";

const SHELL = { vmid: 200, command: ["sh", "-c", "echo out; echo err >&2; exit 3"] };

/** What needs more than a request: a terminal in a container, somebody's yes, and the halt of all changes. */
export async function doWork(t: Deno.TestContext, ground: Ground): Promise<void> {
  const { fake } = ground;
  const container = fake.state.guests.get(200);
  assert.ok(container);
  container.config.cmode = "shell";
  for (const proxmox of [{ ca_file: "ca.pem" }, { fingerprint: fake.fingerprint }]) {
    const [by] = Object.keys(proxmox);
    await t.step(`a command in a container, with ${by}`, async () => {
      await using site = await Running.start(ground, { proxmox, tools: { container_exec: true } });
      const { value, text } = await site.call("execute_container_command", SHELL);
      assert.deepEqual(
        [value?.exit_code, value?.stdout, value?.stderr],
        [3, "out\n", "err\n"],
        text,
      );
      const file = join(fake.containerFolder(200), "note");
      const written = await site.call("write_guest_file", {
        vmid: 200,
        file,
        content: "ş\n",
      });
      assert.equal(written.isError, false, written.text);
      assert.equal(
        (await site.call("read_guest_file", { vmid: 200, file })).value.content,
        "ş\n",
      );
    });
  }
  await using site = await Running.start(ground);
  await t.step("a plan is released by a command and carried out once", async () => {
    await ground.run("user", "create", "grace", "--superuser");
    const name = ["--user", "ada", "--name", "careful", "--permission", "admin"];
    const token = (await ground.run("token", "create", ...name, "--needs-approval")).trim();
    const start = () => site.call("start_vm", { vmid: 103 }, { token });
    const id: string = (await start()).value.approval.id;
    assert.equal(fake.state.guests.get(103)?.status, "stopped");
    assert.match(
      await ground.run("approve", id, "--by", "grace"),
      new RegExp(`approved plan ${id}`),
    );
    assert.equal((await start()).value.guest_status, "running");
    const [row] = await site.trail.list({ tool: "start_vm" });
    assert.equal(row?.confirmedBy, "grace");
  });
  await t.step("halt and resume, by command and by signal", async () => {
    const stop = () => site.call("shutdown_vm", { vmid: 103 });
    await ground.run("halt", "--reason", "storage moves");
    assert.match((await stop()).text, /halted since .*storage moves/);
    assert.equal((await site.call("get_vms")).isError, false);
    await ground.run("resume");
    site.process.kill("SIGUSR1");
    await until(async () => /halted/.test((await stop()).text));
    site.process.kill("SIGUSR2");
    await until(async () => !(await stop()).isError);
    assert.equal(fake.state.guests.get(103)?.status, "stopped");
  });
  await t.step("REST and toolsets", async () => {
    const headers = site.headers(site.tokens.user);
    const description = await (await fetch(`${site.root}/openapi.json`, { headers })).json();
    assert.ok("/api/get_vms" in description.paths && !("/api/start_vm" in description.paths));
    const answer = await fetch(`${site.root}/api/start_vm`, {
      method: "POST",
      headers,
      body: "{}",
    });
    assert.equal(answer.status, 403);
    assert.equal(answer.headers.get("content-type"), "application/problem+json");
    await answer.body?.cancel();
    const core = await fetch(`${site.url}?toolsets=core`, {
      method: "POST",
      headers,
      body: JSON.stringify({ method: "tools/list" }),
    });
    const { result } = await core.json();
    assert.ok(result.tools.length <= 25);
    assert.ok(result.tools.some(({ name }: { name: string }) => name === "search_tools"));
  });
}
