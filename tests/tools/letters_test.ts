import assert from "node:assert/strict";
import { contentOf } from "../../lib/proxmox/history/content.ts";
import { Client } from "../../lib/proxmox/api/client.ts";
import { apiPath } from "../../lib/upstream/path.ts";
import { Site } from "../site.ts";

const TEXT = "İğüşöç ıIĞ – “x” € 😀";

/** What a client makes of an answer's JSON. */
async function read(path: Parameters<typeof apiPath>[0], body: string, status = 200) {
  const client = new Client({
    hosts: ["10.0.0.1"],
    port: 8006,
    user: "root@pam",
    tokenName: "mcp",
    tokenValue: "secret",
    timeoutMs: 1_000,
    transport: () => Promise.resolve(new Response(body, { status })),
    dial: () => Promise.reject(new Error("not dialled")),
    sleep: () => Promise.resolve(),
    random: () => 0,
    clock: () => 0,
  });
  return await client.request("GET", apiPath(path), { signal: AbortSignal.timeout(1_000) });
}

function asBytes(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}

Deno.test("letters that Proxmox tells as bytes are put together, as often as they were taken apart", async () => {
  const told = [asBytes(TEXT), asBytes(asBytes(asBytes("çığ"))), {
    volid: asBytes("local:iso/ü.iso"),
  }];
  assert.deepEqual((await read("/storage", JSON.stringify({ data: told }))).data, [
    TEXT,
    "çığ",
    { volid: "local:iso/ü.iso" },
  ]);
});

Deno.test("letters that are no bytes of others stay", async () => {
  for (const text of [TEXT, "Gönüllü", "gr\xfc\xdf", "«CAFÉ»", "Ã¼ğ", "", "%C4%9F"]) {
    assert.equal((await read("/storage", JSON.stringify({ data: text }))).data, text);
  }
});

Deno.test("what the history kept as bytes is the same as its letters now", () => {
  assert.deepEqual(contentOf(JSON.stringify({ ciuser: asBytes("ışık") })), { ciuser: "ışık" });
});

Deno.test("a reason that holds bytes is told in letters", async () => {
  const body = JSON.stringify({
    data: null,
    message: asBytes("volume 'local:iso/ışık.iso' is odd\n"),
  });
  await assert.rejects(
    read("/storage", body, 500),
    /^ProxmoxError: volume 'local:iso\/ışık\.iso' is/,
  );
});

Deno.test("update_backup_job and create_backup_job leave the letters of other jobs' notes as they are", async () => {
  await using site = await Site.start();
  const notes = async () => {
    const { value } = await site.call("get_backup_jobs", { sort: "id" });
    return value.jobs.map((job: { notes_template?: string }) => job.notes_template);
  };
  const made = { vmids: [100], schedule: "03:00", storage: "nfs1" };
  for (const [index, notes_template] of [`ilk ${TEXT}`, ` Gönüllü `, TEXT].entries()) {
    const job = { ...made, id: `z${index}`, notes_template };
    const { isError, text } = await site.call("create_backup_job", job);
    assert.equal(isError, false, text);
  }
  const wanted = [`ilk ${TEXT}`, "Gönüllü", TEXT];
  assert.deepEqual((await notes()).slice(-3), wanted);
  const stand = () =>
    [...site.fake.state.backupJobs.values()].map((job) => job["notes-template"]).slice(-3);
  assert.deepEqual(stand(), wanted);
  const { value } = await site.call("update_backup_job", { id: "z2", notes_template: "ş" });
  const [, tool = "", args = "{}"] = /^(\w+) (\{.*\})$/.exec(value.undo) ?? [];
  await site.call(tool, JSON.parse(args));
  assert.deepEqual(stand(), wanted);
});

Deno.test("get_backup_jobs tells notes that another program has taken apart", async () => {
  await using site = await Site.start();
  const [job] = site.fake.state.backupJobs.values();
  assert.ok(job);
  job["notes-template"] = asBytes("çığ");
  const { value } = await site.call("get_backup_jobs");
  assert.equal(value.jobs[0].notes_template, "çığ");
});

Deno.test("a comment that Proxmox keeps in one line is one, without spaces at its ends", async () => {
  await using site = await Site.start();
  const [id = ""] = site.fake.state.backupJobs.keys();
  const { value } = await site.call("update_backup_job", { id, comment: "  gece  " });
  assert.equal(value.job.comment, "gece");
  for (
    const [tool, args] of [["update_backup_job", { id }], ["update_ha_resource", {
      vmid: 110,
    }]] as const
  ) {
    const { code, text } = await site.call(tool, { ...args, comment: "a\nb" });
    assert.equal(code, "invalid", text);
    assert.match(text, /comment: must be one line/);
  }
});

Deno.test("set_guest_notes has nothing to do where only spaces at the end differ", async () => {
  await using site = await Site.start();
  await site.call("set_guest_notes", { vmid: 100, notes: "  çığ" });
  const { value } = await site.call("set_guest_notes", { vmid: 100, notes: "  çığ \n " });
  assert.equal(value.unchanged, true);
});

Deno.test("attach_iso refuses a name that Proxmox would not find again", async () => {
  await using site = await Site.start();
  const { volumes } = site.fake.state;
  const iso = volumes.find(({ content }) => content === "iso");
  assert.ok(iso);
  volumes.push({ ...iso, volid: "local:iso/ışık.iso" });
  const { code, text } = await site.call("attach_iso", { vmid: 100, iso: "ışık.iso" });
  assert.equal(code, "conflict", text);
  assert.match(
    text,
    /does not find a file again whose name is not ASCII: "local:iso\/ışık\.iso"; ren/,
  );
});

Deno.test("set_cloud_init hands texts over as bytes, and a password and notes as they are", async () => {
  await using site = await Site.start();
  const { guests } = site.fake.state;
  const args = { vmid: 100, user: "Gönül", searchdomain: "ı.local", drive_storage: "local" };
  const first = await site.call("set_cloud_init", { ...args, password: "ğ1" });
  assert.equal(first.isError, false, first.text);
  const sent = site.fake.requests.find(({ method, path }) =>
    method === "PUT" && /\/config$/.test(path)
  );
  const wanted = { ciuser: asBytes("Gönül"), cipassword: "ğ1", searchdomain: asBytes("ı.local") };
  assert.deepEqual({ ...sent?.body as object, ...wanted }, sent?.body);
  assert.equal(guests.get(100)?.config.ciuser, "Gönül");
  const again = await site.call("set_cloud_init", { vmid: 100, user: "ışık" });
  assert.deepEqual(again.value.changes, { ciuser: { from: "Gönül", to: "ışık" } });
  const notes = await site.call("set_guest_notes", { vmid: 100, notes: TEXT });
  assert.equal(guests.get(100)?.config.description, TEXT, notes.text);
});

Deno.test("add_storage refuses a path that Proxmox does, and a reason beyond U+00FF would break its answer off", async () => {
  await using site = await Site.start();
  const args = { storage: "arsiv", type: "dir", path: "/mnt/ışık", content: ["iso"] };
  const { code, text } = await site.call("add_storage", args);
  assert.equal(code, "invalid", text);
  assert.match(text, /path: must be an absolute path of ASCII letters, digits, - _ \. and @/);
});
