import assert from "node:assert/strict";
import https from "node:https";
import { type FakePve, startFakePve, type TokenKind } from "../fake_pve.ts";
import { contract } from "../fake_pve/contract.ts";

interface Reply {
  status: number;
  reason: string;
  type: string | undefined;
  text: string;
  // deno-lint-ignore no-explicit-any
  json: any;
}

interface Sent {
  as?: TokenKind | "nobody";
  json?: unknown;
  form?: string;
  headers?: Record<string, string>;
}

function ask(pve: FakePve, line: string, sent: Sent = {}): Promise<Reply> {
  const [method = "GET", path = "/"] = line.split(" ");
  const body = sent.json === undefined ? sent.form : JSON.stringify(sent.json);
  const headers: Record<string, string> = { ...sent.headers, connection: "close" };
  if (sent.as !== "nobody") {
    const { user, name, value } = pve.tokenFor(sent.as ?? "full");
    headers.authorization = `PVEAPIToken=${user}!${name}=${value}`;
  }
  if (sent.json !== undefined) headers["content-type"] = "application/json";
  else if (sent.form !== undefined) headers["content-type"] = "application/x-www-form-urlencoded";
  if (body !== undefined) headers["content-length"] = String(new TextEncoder().encode(body).length);
  return new Promise((resolve, reject) => {
    const request = https.request(
      { host: pve.host, port: pve.port, path: `/api2/json${path}`, method, headers, ca: pve.caPem },
      (response) => {
        const parts: Uint8Array[] = [];
        response.on("data", (part: Uint8Array) => parts.push(part));
        response.on("error", reject);
        response.on("end", () => {
          const text = new TextDecoder().decode(new Uint8Array(parts.flatMap((part) => [...part])));
          let json;
          try {
            json = JSON.parse(text);
          } catch {
            json = undefined;
          }
          resolve({
            status: response.statusCode ?? 0,
            reason: response.statusMessage ?? "",
            type: response.headers["content-type"],
            text,
            json,
          });
        });
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

async function ended(pve: FakePve, reply: Reply): Promise<string> {
  const upid = reply.json.data;
  assert.match(upid, /^UPID:pve\d:[0-9A-F]{8}:[0-9A-F]{8}:[0-9A-F]{8}:[a-z]+:[^:]*:root@pam!mcp:$/);
  const node = upid.split(":")[1];
  const first = await ask(pve, `GET /nodes/${node}/tasks/${upid}/status`);
  assert.equal(first.json.data.status, "running");
  const second = await ask(pve, `GET /nodes/${node}/tasks/${encodeURIComponent(upid)}/status`);
  assert.equal(second.json.data.status, "stopped");
  assert.deepEqual([second.json.data.user, second.json.data.tokenid], ["root@pam", "mcp"]);
  return second.json.data.exitstatus;
}

Deno.test("refuses what Proxmox refuses, with its status lines and bodies", async () => {
  await using pve = await startFakePve();
  const cases: [string, Sent, string, unknown?][] = [
    ["GET /nodes", { as: "nobody" }, "401 No ticket", ""],
    [
      "GET /nodes",
      { as: "nobody", headers: { authorization: "PVEAPIToken=xyz" } },
      "401 Authentication failed!",
      "",
    ],
    [
      "GET /nodes",
      { as: "nobody", headers: { authorization: "PVEAPIToken=root@pam!mcp=wrong" } },
      "401 Authentication failed!",
      "",
    ],
    [
      "POST /access/ticket",
      { as: "nobody", form: "username=root@pam&password=wrong" },
      "401 authentication failure",
      { message: "authentication failure\n", data: null },
    ],
    [
      "POST /nodes/pve1/qemu/100/status/start",
      { as: "nobody", headers: { cookie: "PVEAuthCookie=x" } },
      "401 Permission denied - invalid csrf token",
      "",
    ],
    [
      "PUT /access/password",
      { form: "userid=auditor@pve&password=abcdefgh" },
      "403 Permission check failed (URI '/access/password' not available with API token, need proper ticket.",
      {
        message:
          "Permission check failed (URI '/access/password' not available with API token, need proper ticket.\n)\n",
        data: null,
      },
    ],
    [
      "GET /nodes/pve1/status",
      { as: "none" },
      "403 Permission check failed (/nodes/pve1, Sys.Audit)",
      { message: "Permission check failed (/nodes/pve1, Sys.Audit)\n", data: null },
    ],
    [
      "GET /nodes/pve1/qemu/100/config",
      { as: "operator" },
      "403 Permission check failed (/vms/100, VM.Audit)",
    ],
    [
      "POST /nodes/pve1/qemu/100/status/start",
      { as: "auditor" },
      "403 Permission check failed (/vms/100, VM.PowerMgmt)",
    ],
    ["POST /nodes/pve1/qemu", { as: "auditor", form: "vmid=500" }, "403 Permission check failed", {
      message: "Permission check failed\n",
      data: null,
    }],
    [
      "POST /nodes/pve1/qemu/100/agent/exec",
      { as: "auditor", form: "command=/bin/ls" },
      "403 Permission check failed (/vms/100, VM.GuestAgent.Unrestricted)",
    ],
    ["GET /nodes/pve1/qemu", { as: "none" }, "200 OK", { data: [] }],
    [
      "POST /nodes/pve1/qemu",
      { form: "vmid=501&args=-foo" },
      "500 only root can set 'args' config",
    ],
    [
      "POST /nodes/pve1/qemu",
      { form: "vmid=5&memory=abc&foo=bar" },
      "400 Parameter verification failed.",
      {
        message: "Parameter verification failed.\n",
        data: null,
        errors: {
          vmid: "invalid format - value does not look like a valid VM ID\n",
          foo:
            "property is not defined in schema and the schema does not allow additional properties",
          memory:
            "invalid format - format error\nmemory.current: type check ('integer') failed - got 'abc'\n",
        },
      },
    ],
    ["POST /nodes/pve1/qemu/100/clone", {}, "403 Permission check failed"],
    [
      "POST /nodes/pve1/qemu",
      { form: "vmid=100" },
      "500 unable to create VM 100 - VM 100 already exists on node 'pve1'",
    ],
    [
      "PUT /nodes/pve1/qemu/101/config",
      { form: "net0=virtio,bridge=vmbr0" },
      "400 Parameter verification failed.",
      {
        message: "Parameter verification failed.\n",
        data: null,
        errors: {
          net0: "invalid format - duplicate key in comma-separated list property: model\n",
        },
      },
    ],
    ["PUT /nodes/pve1/qemu/101/config", { json: { onboot: true } }, "200 OK", { data: null }],
    [
      "PUT /nodes/pve1/qemu/101/config",
      { form: "onboot=true" },
      "400 Parameter verification failed.",
      {
        message: "Parameter verification failed.\n",
        data: null,
        errors: { onboot: "type check ('boolean') failed - got 'true'" },
      },
    ],
    ["PUT /nodes/pve1/qemu/101/config", { json: { description: 12, cores: "1" } }, "200 OK", {
      data: null,
    }],
    ["PUT /nodes/pve1/qemu/101/config", { json: { description: null } }, "200 OK", { data: null }],
    [
      "DELETE /nodes/pve1/qemu/9999",
      { json: { purge: 1 } },
      "501 Unexpected content for method 'DELETE'",
      "Unexpected content for method 'DELETE'",
    ],
    [
      "PUT /nodes/pve1/qemu/101/config",
      { form: `digest=${"0".repeat(40)}&cores=1` },
      "500 checksum mismatch (file change by other user?)",
    ],
    ["GET /nodes/pve1/nosuch", {}, "501 Method 'GET /nodes/pve1/nosuch' not implemented", {
      message: "Method 'GET /nodes/pve1/nosuch' not implemented",
      data: null,
    }],
    ["PATCH /nodes/pve1/qemu/101/config", {}, "501 method 'PATCH' not available", ""],
    ["HEAD /nodes", {}, "501 method 'HEAD' not available", ""],
    ["POST /nodes/pve1/qemu/101/status/resume", {}, "500 VM 101 not running"],
    [
      "GET /nodes/pve1/qemu/999/config",
      {},
      "500 Configuration file 'nodes/pve1/qemu-server/999.conf' does not exist",
    ],
    [
      "GET /nodes/pve1/qemu/110/status/current",
      {},
      "500 Configuration file 'nodes/pve1/qemu-server/110.conf' does not exist",
    ],
    [
      "GET /nodes/pve1/qemu/200/config",
      {},
      "500 Configuration file 'nodes/pve1/qemu-server/200.conf' does not exist",
    ],
    [
      "GET /nodes/pve9/qemu",
      {},
      "500 hostname lookup 'pve9' failed - failed to get address info for: pve9: Temporary failure in name resolution",
    ],
    ["GET /nodes/pve1/storage/nosuch/content", {}, "500 storage 'nosuch' does not exist"],
    [
      "GET /nodes/pve1/tasks/UPID:pve1:00000001:00000002:6B036168:qmstart:100:root@pam:/status",
      {},
      "400 Parameter verification failed.",
      { message: "Parameter verification failed.\n", data: null, errors: { upid: "no such task" } },
    ],
    ["GET /nodes/pve1/tasks/foo/status", {}, "400 Parameter verification failed.", {
      message: "Parameter verification failed.\n",
      data: null,
      errors: { upid: "unable to parse worker upid" },
    }],
    ["GET /access/users/nobody2@pve", {}, "500 no such user ('nobody2@pve')"],
    ["DELETE /nodes/pve1/qemu/100", {}, "500 VM 100 is running - destroy failed"],
    ["DELETE /nodes/pve2/qemu/103", {}, "500 can't remove VM 103 - protection mode enabled"],
    ["POST /nodes/pve3/qemu/150/agent/ping", {}, "500 VM 150 is not running"],
    ["POST /nodes/pve2/qemu/102/agent/ping", {}, "500 QEMU guest agent is not running"],
    [
      "POST /nodes/pve1/qemu/100/agent/exec",
      { form: "command=/bin/nosuch" },
      "596 Broken pipe",
      "",
    ],
    [
      "PUT /nodes/pve1/qemu/100/resize",
      { form: "disk=scsi0&size=+1G" },
      "400 Parameter verification failed.",
      {
        message: "Parameter verification failed.\n",
        data: null,
        errors: { size: "value does not match the regex pattern" },
      },
    ],
    [
      "GET /nodes/pve1/qemu/100/snapshot/current/config",
      {},
      "500 snapshot 'current' does not exist",
    ],
    ["GET /cluster/nextid", {}, "200 OK", { data: "104" }],
  ];
  for (const [line, sent, expected, body] of cases) {
    const reply = await ask(pve, line, sent);
    if (line.endsWith("/clone")) {
      assert.equal(`${reply.status} ${reply.reason}`, "400 Parameter verification failed.", line);
      assert.equal(reply.json.errors.newid, "property is missing and it is not optional");
      continue;
    }
    assert.equal(`${reply.status} ${reply.reason}`, expected, `${line} ${JSON.stringify(sent)}`);
    if (body !== undefined) {
      assert.deepEqual(typeof body === "string" ? reply.text : reply.json, body, line);
    } else assert.deepEqual(reply.json, { message: `${reply.reason}\n`, data: null }, line);
    if (reply.json) assert.equal(reply.type, "application/json;charset=UTF-8");
  }
});

Deno.test("runs a VM through its life with tasks in Proxmox's form", async () => {
  await using pve = await startFakePve();
  const created = await ask(pve, "POST /nodes/pve1/qemu", {
    json: {
      vmid: 151,
      name: "t1",
      memory: 128,
      scsi0: "local:1",
      agent: true,
      net0: "virtio,bridge=vmbr0",
    },
  });
  const rows = await ask(pve, "GET /cluster/resources?type=vm");
  assert.deepEqual(rows.json.data.find((row: { vmid: number }) => row.vmid === 151), {
    id: "qemu/151",
    vmid: 151,
    node: "pve1",
    type: "qemu",
    status: "unknown",
  });
  assert.equal(await ended(pve, created), "OK");
  const log = await ask(pve, `GET /nodes/pve1/tasks/${created.json.data}/log`);
  assert.deepEqual(log.json, {
    total: 3,
    data: [
      {
        n: 1,
        t: "Formatting '/var/lib/vz/images/151/vm-151-disk-0.raw', fmt=raw size=1073741824 preallocation=off",
      },
      { n: 2, t: "scsi0: successfully created disk 'local:151/vm-151-disk-0.raw,size=1G'" },
      { n: 3, t: "TASK OK" },
    ],
  });
  pve.tick(1500);
  const config = (await ask(pve, "GET /nodes/pve1/qemu/151/config")).json.data;
  assert.equal(config.memory, "128");
  assert.equal(config.agent, "1");
  assert.equal(config.scsi0, "local:151/vm-151-disk-0.raw,size=1G");
  assert.equal(config.boot, "order=scsi0;net0");
  assert.match(config.net0, /^virtio=BC:24:11(:[0-9A-F]{2}){3},bridge=vmbr0$/);
  assert.match(config.digest, /^[0-9a-f]{40}$/);
  const start = "POST /nodes/pve1/qemu/151/status/start";
  assert.equal(await ended(pve, await ask(pve, start)), "OK");
  assert.equal(await ended(pve, await ask(pve, start)), "VM 151 already running");
  const ping = await ask(pve, "POST /nodes/pve1/qemu/151/agent/ping");
  assert.equal(ping.reason, "QEMU guest agent is not running");
  await ask(pve, "PUT /nodes/pve1/qemu/151/config", { form: "cpu=host" });
  const pending = await ask(pve, "GET /nodes/pve1/qemu/151/pending");
  assert.deepEqual(pending.json.data.find((row: { key: string }) => row.key === "cpu"), {
    key: "cpu",
    pending: "host",
  });
  const shutdown = await ask(pve, "POST /nodes/pve1/qemu/151/status/shutdown", {
    form: "timeout=3",
  });
  const blocked = await ask(pve, "PUT /nodes/pve1/qemu/151/config", { form: "description=x" });
  assert.equal(
    blocked.reason,
    "can't lock file '/var/lock/qemu-server/lock-151.conf' - got timeout",
  );
  assert.equal(await ended(pve, shutdown), "VM quit/powerdown failed - got timeout");
  assert.equal(await ended(pve, await ask(pve, "POST /nodes/pve1/qemu/151/status/stop")), "OK");
  assert.equal((await ask(pve, "GET /nodes/pve1/qemu/151/config")).json.data.cpu, "host");
  const destroy = await ask(
    pve,
    "DELETE /nodes/pve1/qemu/151?purge=1&destroy-unreferenced-disks=1",
  );
  assert.equal(await ended(pve, destroy), "OK");
  assert.equal((await ask(pve, "GET /nodes/pve1/qemu/151/config")).status, 500);
  assert.ok(!pve.state.volumes.some((volume) => volume.vmid === 151));
});

Deno.test("takes, lists and rolls back snapshots, locking meanwhile", async () => {
  await using pve = await startFakePve();
  const taken = await ask(pve, "POST /nodes/pve1/qemu/100/snapshot", {
    form: "snapname=s1&vmstate=1",
  });
  const locked = await ask(pve, "PUT /nodes/pve1/qemu/100/config", { form: "cores=2" });
  assert.equal(locked.reason, "VM is locked (snapshot)");
  assert.equal(await ended(pve, taken), "OK");
  const list = (await ask(pve, "GET /nodes/pve1/qemu/100/snapshot")).json.data;
  assert.deepEqual(list.map((row: { name: string }) => row.name), ["clean", "s1", "current"]);
  assert.equal(list[2].parent, "s1");
  assert.equal(list[2].description, "You are here!");
  const missing = await ask(pve, "POST /nodes/pve1/qemu/100/snapshot/nosuch/rollback");
  assert.equal(await ended(pve, missing), "snapshot 'nosuch' does not exist");
  await ask(pve, "PUT /nodes/pve1/qemu/100/config", { json: { name: "changed" } });
  assert.equal(
    await ended(pve, await ask(pve, "POST /nodes/pve1/qemu/100/snapshot/clean/rollback")),
    "OK",
  );
  assert.equal(pve.state.guests.get(100)?.config.name, "web1");
  assert.equal(pve.state.guests.get(100)?.status, "stopped");
  assert.equal(
    await ended(pve, await ask(pve, "POST /nodes/pve1/qemu/100/snapshot/s1/rollback")),
    "OK",
  );
  assert.equal(pve.state.guests.get(100)?.status, "running");
  const refused = await ask(pve, "POST /nodes/pve2/qemu/103/snapshot", { form: "snapname=s1" });
  assert.equal(await ended(pve, refused), "snapshot feature is not available");
  const container = await ask(pve, "POST /nodes/pve1/lxc/200/snapshot", {
    json: { snapname: "s1", vmstate: 1 },
  });
  assert.match(container.json.errors.vmstate, /not defined in schema/);
});

Deno.test("runs commands in a guest, with a one-shot exec-status", async () => {
  await using pve = await startFakePve();
  const agent = "/nodes/pve1/qemu/100/agent";
  const run = async (command: string[]) => {
    const { json } = await ask(pve, `POST ${agent}/exec`, { json: { command } });
    return () => ask(pve, `GET ${agent}/exec-status?pid=${json.data.pid}`);
  };
  const script = await run(["/bin/sh", "-c", "echo out; echo err >&2; exit 3"]);
  assert.deepEqual((await script()).json.data, {
    exited: 1,
    exitcode: 3,
    "out-data": "out\n",
    "err-data": "err\n",
    "out-truncated": 0,
    "err-truncated": 0,
  });
  assert.equal((await script()).reason, "Agent error: PID ld does not exist");
  const slow = await run(["sleep", "2"]);
  assert.deepEqual((await slow()).json.data, { exited: 0 });
  assert.deepEqual((await slow()).json.data, { exited: 0 });
  assert.equal((await slow()).json.data.exitcode, 0);
  assert.equal((await (await run(["kill-me"]))()).json.data.signal, 9);
  assert.equal((await (await run(["big"]))()).json.data["out-truncated"], 1);
  pve.state.exec = (argv) => argv[0] === "mine" ? { exitcode: 7, out: "x" } : undefined;
  assert.equal((await (await run(["mine"]))()).json.data.exitcode, 7);
  await ask(pve, `POST ${agent}/file-write`, { form: "file=/tmp/a&content=hello" });
  const read = await ask(pve, `GET ${agent}/file-read?file=/tmp/a`);
  assert.deepEqual(read.json.data, { "bytes-read": 5, content: "hello" });
  const wrong = await ask(pve, `POST ${agent}/exec`, { json: { command: ["ls"], timeout: 3 } });
  assert.match(wrong.json.errors.timeout, /not defined in schema/);
});

Deno.test("has an agent that refuses as a real one does, and waits for the rest of half a request", async () => {
  await using pve = await startFakePve();
  const agent = "/nodes/pve1/qemu/100/agent";
  const cases: [string, Sent, string][] = [
    [
      "GET /file-read?file=/nosuch",
      {},
      "Agent error: failed to open file '/nosuch' (mode: 'r'): No such file or directory",
    ],
    ["GET /file-read?file=/etc", {}, "Agent error: failed to read file: Is a directory"],
    [
      "POST /file-write",
      { form: "file=/etc&content=a" },
      "Agent error: failed to open file '/etc' (mode: 'wb'): Is a directory",
    ],
    [
      "POST /file-write",
      { form: "file=/nosuch/a&content=a" },
      "Agent error: failed to open file '/nosuch/a' (mode: 'wb'): No such file or directory",
    ],
    [
      "POST /file-write",
      { form: "file=/tmp/a&content=%25&encode=0" },
      "Agent error: Base64 data contains invalid characters",
    ],
    ["POST /exec", { json: { command: [] } }, "command or input-data (or both) required"],
    [
      "POST /exec",
      { json: { command: ["echo", "ışık"] } },
      "VM 100 qga command 'guest-exec' failed - got timeout",
    ],
    ["POST /ping", {}, "QEMU guest agent is not running"],
  ];
  const written = await ask(pve, `POST ${agent}/file-write`, { form: "file=rel&content=a" });
  assert.equal(written.status, 200);
  assert.equal((await ask(pve, `GET ${agent}/file-read?file=/rel`)).json.data.content, "a");
  // The end of the line is all that is cut.
  const one = await ask(pve, `POST ${agent}/exec`, { json: { command: ["echo", "é"] } });
  assert.equal(one.status, 200);
  await ask(pve, `POST ${agent}/fsfreeze-freeze`);
  const frozen = "Command guest-get-osinfo has been disabled: the command is not allowed";
  assert.deepEqual((await ask(pve, `GET ${agent}/get-osinfo`)).json.data, {
    result: { error: { class: "CommandNotFound", desc: frozen } },
  });
  assert.equal(
    (await ask(pve, `POST ${agent}/exec`, { form: "command=id" })).reason,
    "Agent error: Command guest-exec has been disabled: the command is not allowed",
  );
  assert.deepEqual((await ask(pve, `POST ${agent}/fsfreeze-thaw`)).json.data, { result: 1 });
  for (const [line, sent, reason] of cases) {
    const [method, path] = line.split(" ");
    const { json, status } = await ask(pve, `${method} ${agent}${path}`, sent);
    assert.deepEqual([status, json.message], [500, `${reason}\n`], line);
  }
});

Deno.test("lists tasks, stops them, and ends them as the state says", async () => {
  await using pve = await startFakePve({ taskPolls: Infinity });
  const upid = (await ask(pve, "POST /nodes/pve1/qemu/101/status/start")).json.data;
  assert.deepEqual((await ask(pve, "GET /nodes/pve1/tasks")).json, { data: [] });
  const all = await ask(pve, "GET /nodes/pve1/tasks?source=all");
  assert.equal(all.json.total, 1);
  assert.equal(all.json.data[0].status, "RUNNING");
  const denied = await ask(pve, `GET /nodes/pve1/tasks/${upid}/status`, { as: "none" });
  assert.equal(denied.reason, "Permission check failed (/nodes/pve1, Sys.Audit)");
  assert.deepEqual((await ask(pve, `DELETE /nodes/pve1/tasks/${upid}`)).json, { data: null });
  const status = await ask(pve, `GET /nodes/pve1/tasks/${upid}/status`);
  assert.equal(status.json.data.exitstatus, "received interrupt");
  pve.state.taskPolls = 0;
  pve.state.outcomes.push({
    type: "qmstart",
    exit: "WARNINGS: 1",
    log: ["WARN: no efidisk configured"],
  });
  const warned = (await ask(pve, "POST /nodes/pve1/qemu/101/status/start")).json.data;
  assert.equal(
    (await ask(pve, `GET /nodes/pve1/tasks/${warned}/status`)).json.data.exitstatus,
    "WARNINGS: 1",
  );
  assert.equal(pve.state.guests.get(101)?.status, "running");
  const log = await ask(pve, `GET /nodes/pve1/tasks/${warned}/log?start=1&limit=1`);
  assert.deepEqual(log.json, { total: 2, data: [{ n: 2, t: "TASK WARNINGS: 1" }] });
});

Deno.test("loses nodes and quorum as a cluster does", async () => {
  await using pve = await startFakePve();
  pve.offline("pve2");
  const down = await ask(pve, "GET /nodes/pve2/qemu");
  assert.deepEqual([down.status, down.reason, down.text], [595, "No route to host", ""]);
  const rows = (await ask(pve, "GET /cluster/resources")).json.data;
  assert.equal(rows.find((row: { id: string }) => row.id === "node/pve2").status, "offline");
  const kept = "for some minutes the list tells what it saw last";
  assert.equal(rows.find((row: { id: string }) => row.id === "qemu/110").status, "running", kept);
  assert.equal((await ask(pve, "POST /nodes/pve1/qemu/101/status/start")).status, 200);
  pve.finishTasks();
  pve.offline("pve3");
  assert.equal((await ask(pve, "GET /cluster/status")).json.data[0].quorate, 0);
  assert.equal(
    (await ask(pve, "POST /nodes/pve1/qemu", { form: "vmid=160" })).reason,
    "cluster not ready - no quorum?",
  );
  assert.match(
    (await ask(pve, "PUT /nodes/pve1/qemu/101/config", { form: "description=x" })).reason,
    /^unable to open file '\/etc\/pve\/nodes\/pve1\/qemu-server\/101\.conf\.tmp\.\d+' - Permission denied$/,
  );
});

Deno.test("spoils answers on request and closes with requests still hanging", async () => {
  const pve = await startFakePve();
  pve.fault({ path: /version/ }, { kind: "status", status: 596 });
  assert.deepEqual(await ask(pve, "GET /version").then((r) => [r.status, r.reason, r.text]), [
    596,
    "Broken pipe",
    "",
  ]);
  assert.equal((await ask(pve, "GET /version")).json.data.version, "9.2.11");
  pve.fault({ method: "POST" }, { kind: "drop" });
  await assert.rejects(ask(pve, "POST /nodes/pve1/qemu/101/status/start"));
  assert.equal(pve.state.tasks.length, 1);
  pve.fault({}, { kind: "drop_before" });
  await assert.rejects(ask(pve, "POST /nodes/pve1/qemu/101/status/stop"));
  assert.equal(pve.state.tasks.length, 1);
  pve.fault({}, { kind: "truncate" });
  assert.equal((await ask(pve, "GET /nodes")).json, undefined);
  const undo = pve.fault({}, { kind: "body", body: "[]" }, { times: Infinity });
  assert.equal((await ask(pve, "GET /nodes")).text, "[]");
  undo();
  pve.fault({}, { kind: "delay", ms: 20 });
  assert.equal((await ask(pve, "GET /nodes")).status, 200);
  pve.fault({}, { kind: "delay", ms: 60_000 });
  pve.fault({}, { kind: "hang" });
  const waiting = Promise.allSettled([ask(pve, "GET /nodes"), ask(pve, "GET /nodes")]);
  while (pve.requests.filter((request) => request.status === 0).length < 4) {
    await new Promise((r) => setTimeout(r, 5));
  }
  await pve.close();
  assert.deepEqual((await waiting).map((one) => one.status), ["rejected", "rejected"]);
  assert.deepEqual(pve.requests[0], {
    method: "GET",
    path: "/version",
    query: {},
    body: undefined,
    authorized: false,
    token: `${pve.token.user}!${pve.token.name}`,
    status: 596,
  });
});

Deno.test("is trusted by its CA only and keeps connections alive", async () => {
  await using pve = await startFakePve();
  const { user, name, value } = pve.token;
  const headers = { authorization: `PVEAPIToken=${user}!${name}=${value}` };
  const client = Deno.createHttpClient({ caCerts: [pve.caPem] });
  for (let i = 0; i < 3; i++) {
    const answer = await fetch(`${pve.url}/api2/json/version`, { client, headers });
    assert.deepEqual((await answer.json()).data, {
      version: "9.2.11",
      release: "9.2",
      repoid: "14a22df3",
    });
  }
  assert.equal(pve.connections, 1);
  client.close();
  await assert.rejects(fetch(`${pve.url}/api2/json/version`, { headers }), TypeError);
  assert.match(pve.fingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
});

Deno.test("clones, templates, resizes, moves and migrates", async () => {
  await using pve = await startFakePve();
  const config = async (path: string) => (await ask(pve, `GET ${path}/config`)).json.data;
  const linked = await ask(pve, "POST /nodes/pve1/qemu/900/clone", {
    json: { newid: 160, name: "lk" },
  });
  assert.equal(await ended(pve, linked), "OK");
  assert.equal(
    pve.state.volumes.find((one) => one.vmid === 160)?.parent,
    "local-lvm:base-900-disk-0",
  );
  const base = await ask(pve, "DELETE /nodes/pve1/qemu/900");
  assert.equal(
    base.reason,
    "base volume 'local-lvm:base-900-disk-0' is still in use by linked cloned",
  );
  const full = await ask(pve, "POST /nodes/pve2/qemu/102/clone", {
    json: { newid: 161, full: true, storage: "local-lvm" },
  });
  const locked = await ask(pve, "POST /nodes/pve2/qemu/102/template");
  assert.equal(locked.reason, "VM is locked (clone)");
  assert.equal(await ended(pve, full), "OK");
  assert.match((await config("/nodes/pve2/qemu/161")).scsi0, /^local-lvm:vm-161-disk-0,size=32G$/);
  assert.equal(await ended(pve, await ask(pve, "POST /nodes/pve2/qemu/161/template")), "OK");
  assert.match((await config("/nodes/pve2/qemu/161")).scsi0, /base-161-disk-0/);
  const start = await ask(pve, "POST /nodes/pve2/qemu/161/status/start");
  assert.equal(await ended(pve, start), "you can't start a vm if it's a template");
  const resize = await ask(pve, "PUT /nodes/pve1/qemu/101/resize", {
    json: { disk: "scsi0", size: "+1G" },
  });
  assert.equal(await ended(pve, resize), "OK");
  assert.equal((await config("/nodes/pve1/qemu/101")).scsi0, "local-lvm:vm-101-disk-0,size=65G");
  const shrink = await ask(pve, "PUT /nodes/pve1/qemu/101/resize", {
    json: { disk: "scsi0", size: "1G" },
  });
  assert.equal(await ended(pve, shrink), "shrinking disks is not supported");
  const move = { disk: "scsi0", storage: "nfs1", format: "qcow2", delete: 1 };
  assert.equal(
    await ended(pve, await ask(pve, "POST /nodes/pve1/qemu/101/move_disk", { json: move })),
    "OK",
  );
  assert.equal(
    (await config("/nodes/pve1/qemu/101")).scsi0,
    "nfs1:101/vm-101-disk-0.qcow2,size=65G",
  );
  const offline = await ask(pve, "POST /nodes/pve2/qemu/102/migrate", { json: { target: "pve1" } });
  assert.equal(offline.reason, "can't migrate running VM without --online");
  const check = (await ask(pve, "GET /nodes/pve2/qemu/102/migrate")).json.data;
  assert.equal(check.local_disks[0].volid, "local:102/vm-102-disk-0.qcow2");
  const bare = await ask(pve, "POST /nodes/pve2/qemu/102/migrate", {
    json: { target: "pve1", online: 1 },
  });
  assert.equal(await ended(pve, bare), "migration aborted");
  const whole = { target: "pve1", online: 1, "with-local-disks": 1, targetstorage: "nfs1" };
  assert.equal(
    await ended(pve, await ask(pve, "POST /nodes/pve2/qemu/102/migrate", { json: whole })),
    "OK",
  );
  assert.equal(
    (await config("/nodes/pve1/qemu/102")).scsi0,
    "nfs1:102/vm-102-disk-0.qcow2,size=32G",
  );
  const here = await ask(pve, "POST /nodes/pve1/qemu/102/migrate", {
    json: { target: "pve1", online: 1 },
  });
  assert.equal(here.json.errors.target, "target is local node.");
  const ha = await ask(pve, "POST /nodes/pve2/qemu/110/migrate", {
    json: { target: "pve3", online: 1 },
  });
  assert.equal(await ended(pve, ha), "OK");
  assert.match(ha.json.data, /:hamigrate:110:/);
  assert.equal(pve.state.guests.get(110)?.node, "pve3");
});

Deno.test("refuses rights of who is not there, and names and notes that Proxmox keeps to itself", async () => {
  await using pve = await startFakePve();
  const acl = { path: "/", roles: "PVEAuditor" };
  const snapshot = { snapname: "vzdump" };
  const notes = { storage: "nfs1", "notes-template": "{{node}} {{x}} \\q" };
  const cases: [string, unknown, RegExp][] = [
    [
      "PUT /access/acl",
      { ...acl, users: "noone@pve" },
      /^ACL update failed: user 'noone@pve' does not exist$/,
    ],
    [
      "PUT /access/acl",
      { ...acl, groups: "none" },
      /^ACL update failed: group 'none' does not exist$/,
    ],
    ["POST /nodes/pve1/lxc/200/snapshot", snapshot, /^unable to use snapshot name 'vzdump' \(res/],
    ["POST /nodes/pve1/vzdump", { ...notes, vmid: "100" }, /^Parameter verification failed/],
  ];
  for (const [request, json, reason] of cases) {
    assert.match((await ask(pve, request, { json })).reason, reason);
  }
  const refused = await ask(pve, "POST /nodes/pve1/vzdump", { json: { ...notes, vmid: "100" } });
  assert.deepEqual(refused.json.errors, {
    "notes-template": "found unknown: escape sequence '\\q' at char 15, variable 'x' at char 13\n",
  });
  assert.equal(
    await ended(pve, await ask(pve, "POST /nodes/pve1/qemu/100/snapshot", { json: snapshot })),
    "OK",
  );
});

Deno.test("backs up and restores VMs by archive and containers by ostemplate", async () => {
  await using pve = await startFakePve();
  const backup = await ask(pve, "POST /nodes/pve1/vzdump", {
    json: {
      vmid: "100",
      storage: "nfs1",
      mode: "snapshot",
      compress: "zstd",
      "notes-template": "{{guestname}}!",
    },
  });
  assert.equal(
    (await ask(pve, "PUT /nodes/pve1/qemu/100/config", { json: { cores: 1 } })).reason,
    "VM is locked (backup)",
  );
  assert.equal(await ended(pve, backup), "OK");
  const listed =
    (await ask(pve, "GET /nodes/pve2/storage/nfs1/content?content=backup&vmid=100")).json.data;
  const volid = listed.at(-1).volid;
  assert.match(volid, /^nfs1:backup\/vzdump-qemu-100-\d{4}_\d\d_\d\d-\d\d_\d\d_\d\d\.vma\.zst$/);
  assert.equal(listed.at(-1).notes, "web1!");
  assert.equal(
    (await ask(pve, "POST /nodes/pve1/vzdump", { json: { vmid: "150", storage: "nfs1" } })).json
      .data,
    "OK",
  );
  const wrong = await ask(pve, "POST /nodes/pve1/vzdump", {
    json: { vmid: "100", storage: "local-lvm" },
  });
  assert.match(await ended(pve, wrong), /wrong content type/);
  const restore = { vmid: 170, archive: volid, storage: "local-lvm", unique: true };
  assert.equal(await ended(pve, await ask(pve, "POST /nodes/pve2/qemu", { json: restore })), "OK");
  assert.equal(pve.state.guests.get(170)?.config.scsi0, "local-lvm:vm-170-disk-0,size=32G");
  const again = await ask(pve, "POST /nodes/pve2/qemu", { json: restore });
  assert.equal(again.reason, "unable to restore VM 170 - VM 170 already exists on node 'pve2'");
  assert.equal(
    await ended(pve, await ask(pve, "POST /nodes/pve2/qemu", { json: { ...restore, force: 1 } })),
    "OK",
  );
  const container = pve.state.volumes.find((one) => one.content === "backup" && one.vmid === 200)
    ?.volid;
  const asArchive = await ask(pve, "POST /nodes/pve1/lxc", {
    json: { vmid: 210, archive: container },
  });
  assert.deepEqual(Object.keys(asArchive.json.errors).sort(), ["archive", "ostemplate"]);
  const restored = await ask(pve, "POST /nodes/pve1/lxc", {
    json: { vmid: 210, ostemplate: container, restore: 1 },
  });
  assert.match(restored.json.data, /:vzrestore:210:/);
  assert.equal(await ended(pve, restored), "OK");
  assert.equal(pve.state.guests.get(210)?.config.hostname, "ct1");
  const created = await ask(pve, "POST /nodes/pve1/lxc", {
    json: {
      vmid: 211,
      ostemplate: "local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst",
      hostname: "new",
      rootfs: "local-lvm:8",
      net0: "name=eth0,bridge=vmbr0,ip=dhcp",
    },
  });
  assert.equal(await ended(pve, created), "OK");
  assert.equal(pve.state.guests.get(211)?.config.rootfs, "local-lvm:vm-211-disk-0,size=8G");
});

Deno.test("deletes and downloads volumes", async () => {
  await using pve = await startFakePve();
  const content = "/nodes/pve1/storage/local/content";
  assert.equal(
    await ended(pve, await ask(pve, `DELETE ${content}/local:iso/virtio-win.iso`)),
    "OK",
  );
  assert.equal(
    await ended(pve, await ask(pve, `DELETE ${content}/local%3Aiso%2Fnosuch.iso`)),
    "OK",
  );
  assert.equal(
    (await ask(pve, `DELETE ${content}/local:what`)).reason,
    "unable to parse directory volume name 'what'",
  );
  const volumes = (await ask(pve, `GET ${content}?content=iso`)).json.data;
  assert.deepEqual(volumes.map((one: { volid: string }) => one.volid), ["local:iso/debian-13.iso"]);
  const json = {
    content: "iso",
    filename: "alpine.iso",
    url: "https://example.org/images/alpine-virt.iso",
  };
  const url = "POST /nodes/pve1/storage/local/download-url";
  assert.equal(await ended(pve, await ask(pve, url, { json })), "OK");
  assert.equal(
    await ended(pve, await ask(pve, url, { json })),
    "refusing to override existing file 'alpine.iso'",
  );
  const half = await ask(pve, url, { json: { ...json, checksum: "00" } });
  assert.equal(
    half.json.errors["checksum-algorithm"],
    "missing property - 'checksum' requires this property",
  );
  const block = await ask(pve, "POST /nodes/pve1/storage/local-lvm/download-url", { json });
  assert.equal(block.reason, "storage 'local-lvm' is not configured for content-type 'iso'");
});

Deno.test("shows each token what it may see", async () => {
  await using pve = await startFakePve();
  const ids = async (as: TokenKind) =>
    (await ask(pve, "GET /cluster/resources?type=vm", { as })).json.data.map((
      row: { vmid: number },
    ) => row.vmid);
  assert.deepEqual(await ids("operator"), [150, 202]);
  assert.deepEqual(await ids("none"), []);
  assert.equal((await ids("auditor")).length, 12);
  const own = await ask(pve, "GET /access/permissions?path=/vms/150", { as: "operator" });
  assert.equal(own.json.data["/vms/150"]["VM.PowerMgmt"], 0);
  assert.equal(own.json.data["/vms/150"]["VM.GuestAgent.Unrestricted"], 0);
  assert.equal(
    (await ask(pve, "POST /nodes/pve3/qemu/150/status/start", { as: "operator" })).status,
    200,
  );
  assert.equal(
    (await ask(pve, "GET /nodes/pve3/tasks?source=all", { as: "operator" })).json.total,
    1,
  );
  assert.deepEqual((await ask(pve, "GET /nodes/pve3/tasks?source=all", { as: "none" })).json, {
    data: [],
  });
  const disk = await ask(pve, "PUT /nodes/pve3/qemu/150/config", {
    as: "operator",
    json: { scsi1: "local-lvm:1" },
  });
  assert.equal(
    disk.reason,
    "Permission check failed (/storage/local-lvm, Datastore.AllocateSpace)",
  );
  const skip = await ask(pve, "POST /nodes/pve1/qemu/101/status/start", { json: { skiplock: 1 } });
  assert.deepEqual(skip.json.errors, { skiplock: "Only root may use this option." });
});

Deno.test("checks property strings by their keys, values and sizes", async () => {
  await using pve = await startFakePve();
  const complaint = async (json: Record<string, unknown>) => {
    const reply = await ask(pve, "PUT /nodes/pve1/qemu/101/config", { json });
    return reply.json?.errors ?? reply.reason;
  };
  assert.deepEqual(await complaint({ net0: "virtio,bridge=vmbr0,colour=red,tag=5000" }), {
    net0: "invalid format - format error\n" +
      "net0.colour: property is not defined in schema and the schema does not allow additional properties\n" +
      "net0.tag: value must have a maximum value of 4094\n",
  });
  assert.match(
    (await complaint({ net0: "bridge=vmbr0" })).net0,
    /net0\.model: property is missing and it is not optional/,
  );
  assert.match(
    (await complaint({ scsi1: "local-lvm:8,size=1X" })).scsi1,
    /does not look like a valid disk size/,
  );
  assert.deepEqual(await complaint({ scsi1: "nosuch:8" }), "storage 'nosuch' does not exist");
  assert.deepEqual(
    await complaint({ scsi1: "local-lvm:8,format=qcow2" }),
    "unsupported format 'qcow2'",
  );
  assert.deepEqual(await complaint({ scsi31: "local-lvm:8" }), {
    scsi31: "property is not defined in schema and the schema does not allow additional properties",
  });
  assert.match((await complaint({ tags: "a b,c!" })).tags, /invalid characters in tag/);
  assert.match((await complaint({ ipconfig0: "gw=10.0.0.1" })).ipconfig0, /ip: missing property/);
  assert.match(
    (await complaint({ ipconfig0: "ip=10.0.0.300/24" })).ipconfig0,
    /ipv4 network configuration/,
  );
  assert.match(
    (await complaint({ ostype: "beos" })).ostype,
    /does not have a value in the enumeration 'other, wxp/,
  );
  assert.match((await complaint({ cores: 0 })).cores, /value must have a minimum value of 1/);
  assert.match((await complaint({ name: "a_b" })).name, /valid DNS name/);
  assert.equal(
    await complaint({
      scsi1: "local-lvm:8,discard=on,ssd=1",
      ide2: "local:iso/debian-13.iso,media=cdrom",
    }),
    "OK",
  );
  assert.equal(
    pve.state.guests.get(101)?.config.scsi1,
    "local-lvm:vm-101-disk-1,discard=on,size=8G,ssd=1",
  );
  assert.equal(await complaint({ delete: "scsi1" }), "OK");
  assert.equal(pve.state.guests.get(101)?.config.unused0, "local-lvm:vm-101-disk-1");
  assert.equal(await complaint({ delete: "unused0" }), "OK");
  assert.ok(!pve.state.volumes.some((one) => one.volid === "local-lvm:vm-101-disk-1"));
  assert.deepEqual(await complaint({ delete: "nosuch" }), { delete: "unknown option 'nosuch'" });
});

Deno.test("serves a description of just what it answers, without login", async () => {
  await using pve = await startFakePve();
  const client = Deno.createHttpClient({ caCerts: [pve.caPem] });
  const text = await (await fetch(`${pve.url}/pve-docs/api-viewer/apidoc.js`, { client })).text();
  client.close();
  const body = /^const apiSchema = (\[[\s\S]*?\n\])\s*;/.exec(text)?.[1] ?? "";
  interface Page {
    path: string;
    leaf: number;
    info: Record<string, { parameters: { properties: Record<string, unknown> } }>;
    children?: Page[];
  }
  const pages = (list: Page[]): Page[] =>
    list.flatMap((page) => [page, ...pages(page.children ?? [])]);
  const all = pages(JSON.parse(body));
  const node = all.find((page) => page.path === "/nodes/{node}/qemu/{vmid}/status/start");
  assert.ok(node?.info.POST?.parameters.properties.skiplock);
  assert.equal(all.flatMap((page) => Object.keys(page.info)).length, contract().methods.length);
});

Deno.test("answers what was recorded later", async () => {
  await using pve = await startFakePve();
  const put = (path: string, json: Record<string, unknown>) => ask(pve, `PUT ${path}`, { json });
  const vm = "/nodes/pve1/qemu/100/config";
  const container = "/nodes/pve1/lxc/200/config";
  const config = (vmid: number) => pve.state.guests.get(vmid)?.config;
  await put(vm, { tags: "Zed,Blue,blue" });
  assert.equal(config(100)?.tags, "blue;zed");
  await put(container, { description: "second" });
  assert.equal(config(200)?.description, "second\n");
  const reasons: [Promise<Reply>, string][] = [
    [
      put(container, { digest: "0".repeat(40), cores: 1 }),
      "detected modified configuration - file changed by other user? Try again.",
    ],
    [
      put("/nodes/pve1/lxc/200/resize", { disk: "rootfs", size: "512M" }),
      "unable to shrink disk size",
    ],
    [put(vm, { boot: "order=scsi9" }), "invalid bootorder: device 'scsi9' does not exist'"],
    [
      ask(pve, "POST /nodes/pve1/qemu", { json: { vmid: 778, pool: "nosuch" } }),
      "Permission check failed (pool 'nosuch' does not exist)",
    ],
    [
      ask(pve, "POST /nodes/pve1/lxc", {
        json: { vmid: 200, ostemplate: "local:vztmpl/x.tar.gz" },
      }),
      "CT 200 already exists on node 'pve1'",
    ],
  ];
  for (const [reply, reason] of reasons) assert.equal((await reply).reason, reason);
  const errors: [Promise<Reply>, Record<string, string>][] = [
    [put(vm, { cpu: "nosuchcpu" }), {
      cpu:
        "invalid format - Built-in cputype 'nosuchcpu' is not defined (missing 'custom-' prefix?)\n",
    }],
    [put(container, { net0: "name=eth0,bridge=nosuch", cores: 1 }), {
      net0: "unable to hotplug net0: bridge 'nosuch' does not exist\n",
    }],
    [put(vm, { delete: "scsi0" }), {
      scsi0: "hotplug problem - can't unplug bootdisk 'scsi0'\n",
    }],
    [ask(pve, "GET /cluster/nextid?vmid=100"), { vmid: "VM 100 already exists" }],
  ];
  for (const [reply, complaints] of errors) {
    assert.deepEqual((await reply).json.errors, complaints);
  }
  assert.equal(config(200)?.cores, 1);
  const { json } = await ask(pve, "GET /nodes/pve1/qemu/100/pending");
  const pending = (key: string) => json.data.find((row: { key: string }) => row.key === key);
  assert.equal(pending("scsi0").delete, 1);
  assert.equal(pending("boot").pending, "order=net0");
  assert.equal((await put(vm, { revert: "scsi0,boot" })).status, 200);
  const schedule = await ask(pve, "POST /cluster/backup", {
    json: { schedule: "nonsense", all: 1, storage: "local" },
  });
  assert.match(
    schedule.json.errors.schedule,
    /^invalid format - invalid calendar event 'nonsense'/,
  );
  const backup = { vmid: "999", storage: "local" };
  const missing = await ask(pve, "POST /nodes/pve1/vzdump", { json: backup });
  assert.equal(await ended(pve, missing), "job errors");
});

Deno.test("answers as version 8 where that differs", async () => {
  await using pve = await startFakePve({ version: "8.4.14" });
  assert.equal((await ask(pve, "GET /version")).json.data.release, "8.4");
  assert.deepEqual((await ask(pve, "GET /cluster/ha/groups")).json, { data: [] });
  assert.equal(
    (await ask(pve, "GET /cluster/ha/rules")).reason,
    "Method 'GET /cluster/ha/rules' not implemented",
  );
  const held = await ask(pve, "GET /access/permissions?path=/vms/150", { as: "operator" });
  assert.equal(held.json.data["/vms/150"]["VM.Monitor"], 0);
  assert.equal(held.json.data["/vms/150"]["VM.GuestAgent.Unrestricted"], undefined);
});

Deno.test("holds a thousand guests", async () => {
  await using pve = await startFakePve({ guests: 1000 });
  assert.equal((await ask(pve, "GET /cluster/resources?type=vm")).json.data.length, 1012);
});
