import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import { LISTED_BACKUPS } from "../backups.ts";
import { calling } from "../guests.ts";
import type { ToolCase } from "../tool_case.ts";

type Row = Record<string, unknown>;

export const CLUSTER = {
  get_audit: {
    args: { vmid: "web1", since: "1h" },
    prepare: async (site) => {
      await site.call("get_guest", { vmid: 100 });
      await site.call("set_guest_notes", { vmid: 100, notes: "new" });
      await site.call("start_vm", { vmid: 101 }, { role: "user" });
    },
    request: null,
    works: async ({ calls, next_cursor }, site) => {
      const mine = calls.filter((row: Row) => row.tool !== "get_audit");
      assert.deepEqual(mine.map((row: Row) => row.tool), ["set_guest_notes", "get_guest"]);
      assert.equal(mine[0].outcome, "ok");
      assert.deepEqual(mine[0].vmids, [100]);
      assert.equal(next_cursor, undefined);
      const denied = await site.call("get_audit", { outcome: "denied", tool: "start_vm" });
      assert.deepEqual(denied.value.calls.map((row: Row) => row.vmids), [[101]]);
      const first = await site.call("get_audit", { limit: 2 });
      const rest = await site.call("get_audit", { limit: 200, cursor: first.value.next_cursor });
      const seqs = [...first.value.calls, ...rest.value.calls].map((row: Row) => Number(row.seq));
      assert.deepEqual(seqs, seqs.toSorted((a, b) => b - a));
      assert.equal(new Set(seqs).size, seqs.length);
      const old = await site.call("get_audit", { until: "2020-01-01" });
      assert.deepEqual(old.value.warnings, ["nothing fits until 2020-01-01 among the calls kept"]);
    },
    refuses: [
      { args: { since: "yesterday" }, code: "invalid", text: /since must be a date, a time/ },
      { args: { since: "2026-02-31" }, code: "invalid", text: /since must be a date, a time/ },
      { args: { cursor: "x" }, code: "invalid", text: /cursor: must be one that this list gave/ },
      { args: { outcome: "okay" }, code: "invalid", text: /outcome: must be one of/ },
    ],
    goneGuests: "its calls are still kept",
  },

  get_attention: {
    args: { limit: 500 },
    request: ["GET", /^\/cluster\/replication$/],
    partial: true,
    undeclared: LISTED_BACKUPS,
    works: ({ counts, findings, unread, total }) => {
      assert.deepEqual(unread, []);
      assert.equal(counts.critical + counts.warning + counts.info, total);
      const unsaved = findings.find(({ what }: Row) => what === "no good backup of them");
      assert.equal(unsaved.where, "6 guests");
      assert.deepEqual(
        unsaved.guests.toSorted(),
        [
          "VM 102 (app1)",
          "VM 103 (protected1)",
          "VM 110 (web2)",
          "VM 120 (dup)",
          "VM 121 (dup)",
          "container 201 (ct2)",
        ],
      );
    },
  },

  get_cluster_log: {
    args: { text: "QMSTART", node: "pve1", limit: 1 },
    prepare: async (site) => {
      await calling("start_vm", { vmid: 101 })(site);
      await calling("stop_vm", { vmid: 101 })(site);
      site.fake.state.log.push({ ...site.fake.state.log[0]!, uid: 99, msg: "z".repeat(900) });
    },
    request: ["GET", /^\/cluster\/log$/],
    works: async ({ entries, total, next_cursor }, site) => {
      assert.equal(entries.length, 1);
      assert.ok(total >= 2);
      assert.match(entries[0].message, /end task UPID:pve1:.*:qmstart:101:mcp@pve!probe:/);
      assert.equal(entries[0].severity, "info");
      assert.match(entries[0].time, /^\d{4}-\d\d-\d\dT.*Z$/);
      const next = await site.call("get_cluster_log", {
        text: "qmstart",
        node: "pve1",
        cursor: next_cursor,
      });
      assert.match(next.value.entries[0].message, /starting task UPID:pve1:.*:qmstart:101:/);
      const long = await site.call("get_cluster_log", { text: "zzz" });
      assert.match(long.value.entries[0].message, /^z{500}… \(cut\)$/);
    },
  },

  get_cluster_status: {
    args: {},
    request: ["GET", /^\/cluster\/status$/],
    works: async (value, site) => {
      assert.equal(value.name, "demo");
      assert.equal(value.quorate, true);
      assert.deepEqual(value.nodes[0], { node: "pve1", online: true, ip: "10.0.0.11" });
      assert.equal(value.nodes.length, 3);
      assert.equal(value.warnings, undefined);
      site.fake.offline("pve2");
      site.fake.offline("pve3");
      const lost = await site.call("get_cluster_status");
      assert.equal(lost.value.quorate, false);
      assert.match(lost.value.warnings[0], /no quorum: nothing can be changed/);
    },
  },

  get_ha_status: {
    args: {},
    request: ["GET", /^\/cluster\/ha\/status\/current$/],
    works: async (value, site) => {
      assert.equal(value.quorate, true);
      assert.equal(value.managers.length, 3);
      assert.deepEqual(value.guests, [{
        sid: "vm:110",
        node: "pve2",
        state: "started",
        requested: "started",
        detail: "vm:110 (pve2, started)",
      }]);
      assert.equal(value.rules[0].rule, "web2-home");
      site.fake.offline("pve2");
      site.fake.offline("pve3");
      const lost = await site.call("get_ha_status");
      assert.equal(lost.value.quorate, false);
      assert.match(JSON.stringify(lost.value.managers), /dead\?/);
    },
  },

  get_pools: {
    args: {},
    request: ["GET", /^\/pools$/],
    works: ({ pools }) => {
      assert.deepEqual(pools.map((row: Row) => [row.pool, row.guests]), [["dev", 2], ["prod", 1]]);
      assert.deepEqual(pools[0].vmids, [150, 202]);
    },
  },

  get_replication: {
    args: {},
    request: ["GET", /^\/cluster\/replication$/],
    works: async ({ jobs }, site) => {
      assert.equal(jobs.length, 1);
      const { id, vmid, source, target, failures } = jobs[0];
      assert.deepEqual([id, vmid, source, target, failures], ["101-0", 101, "pve1", "pve2", 0]);
      const none = await site.call("get_replication", { failing: true });
      assert.deepEqual(none.value.jobs, []);
      const job = site.fake.state.replication.get("101-0");
      assert.ok(job);
      Object.assign(job, { failCount: 3, error: "no route to host", lastSync: 0 });
      const failing = await site.call("get_replication", { failing: true });
      assert.equal(failing.value.jobs[0].failures, 3);
      assert.equal(failing.value.jobs[0].last_sync, undefined);
      const never = { id: "101-0", guest: "101", fail_count: "1", last_sync: "0", next_sync: "0" };
      site.fake.fault({ path: /^\/nodes\/pve1\/replication$/ }, {
        kind: "body",
        body: JSON.stringify({ data: [never] }),
      });
      const texts = (await site.call("get_replication")).value.jobs[0];
      assert.deepEqual([texts.failures, texts.last_sync, texts.next_sync], [
        1,
        undefined,
        undefined,
      ]);
      const denied = site.fake.fault({ path: /^\/nodes\/pve1\/replication$/ }, {
        kind: "status",
        status: 595,
      });
      const partial = await site.call("get_replication");
      denied();
      assert.equal(partial.value.jobs[0].failures, undefined);
      assert.match(partial.value.warnings[0], /node pve1.*595/);
      site.fake.offline("pve1");
      const away = await site.call("get_replication");
      assert.match(
        away.value.warnings[0],
        /node pve1 is offline: the state of its jobs is unknown/,
      );
    },
  },

  get_users_and_permissions: {
    args: {},
    prepare: (site) => {
      const user = site.fake.state.users.get("operator@pve");
      assert.ok(user);
      Object.assign(user, { keys: "SEEDOFTOTP", enable: false, expire: 1_900_000_000 });
    },
    request: ["GET", /^\/access\/users$/],
    works: async ({ rows }, site) => {
      const operator = rows.find((row: Row) => row.name === "operator@pve");
      assert.equal(operator.enabled, false);
      assert.equal(operator.expires, "2030-03-17T17:46:40.000Z");
      assert.deepEqual(operator.tokens, [{ name: "op", privilege_separated: false }]);
      assert.doesNotMatch(JSON.stringify(rows), /SEEDOFTOTP/);
      for (const { value } of site.fake.state.tokens) {
        assert.ok(!JSON.stringify(rows).includes(value));
      }
      const list = async (args: Row) =>
        (await site.call("get_users_and_permissions", args)).value.rows as Row[];
      const roles = await list({ list: "roles", limit: 500 });
      const auditor = roles.find((row) => row.name === "PVEAuditor");
      assert.ok((auditor?.privileges as string[]).includes("VM.Audit"));
      const rules = await list({ list: "permissions" });
      const [first] = rules.filter((row) => row.role !== "Probe");
      assert.deepEqual([first?.path, first?.holder, first?.role, first?.propagate], [
        "/",
        "auditor@pve",
        "PVEAuditor",
        true,
      ]);
      assert.deepEqual((await list({ list: "realms" })).map((row) => row.name), ["pam", "pve"]);
      assert.deepEqual(await list({ list: "groups" }), []);
      const other = await list({ list: "effective", user: "auditor@pve", limit: 500 });
      assert.ok(!(other[0]?.privileges as string[]).includes("VM.Allocate"));
    },
    refuses: [
      { args: { list: "effective", user: "no user" }, code: "invalid", text: /user@realm/ },
      {
        args: { list: "effective", user: "auditer@pve" },
        code: "not_found",
        text: /there is no user auditer@pve, only .*\(did you mean auditor@pve\?\)/,
      },
      { args: { list: "passwords" }, code: "invalid", text: /list/ },
      {
        args: { user: "auditor@pve" },
        code: "invalid",
        text: /user goes with list effective alone/,
      },
    ],
  },

  health: {
    args: {},
    request: ["GET", /^\/cluster\/status$/],
    works: ({ uptime_seconds, ...value }) => {
      assert.ok(uptime_seconds >= 0);
      assert.deepEqual(value, {
        status: "ok",
        server_version: "0.0.0-test",
        proxmox_version: "9.2.11",
        quorate: true,
        nodes_online: 3,
        nodes_total: 3,
      });
    },
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
