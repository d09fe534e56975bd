import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import { isRunning } from "../guests.ts";
import type { ToolCase } from "../tool_case.ts";

export const API = {
  call_api: {
    args: { path: "/nodes/pve1/qemu/100/config" },
    request: ["GET", /qemu\/100\/config$/],
    works: ({ data }) => assert.equal(data.name, "web1"),
    refuses: [
      {
        args: { path: "/nodes/pve1/qemu/101/status/start", method: "POST" },
        code: "invalid",
        text: /only GET reads; change_api takes the others/,
      },
      { args: { path: "/nodes/../access/users" }, code: "not_found", text: /the API has no path/ },
    ],
  },

  change_api: {
    args: { method: "POST", path: "/nodes/pve1/qemu/101/status/start" },
    request: ["POST", /qemu\/101\/status\/start$/],
    undeclared: {
      privileges: ["VM.PowerMgmt"],
      reason: "a call needs what the method asks for that it names",
    },
    works: (value, site) => {
      assert.equal(value.exit_status, "OK");
      assert.match(value.upid, /^UPID:pve1:/);
      assert.ok(isRunning(site, 101));
    },
    refuses: [
      {
        args: { method: "PUT", path: "/nodes/pve1/qemu/100/config", params: { coers: 2 } },
        code: "invalid",
        text: /coers is not a parameter of this method \(did you mean cores\?\)/,
      },
    ],
  },

  describe_api: {
    args: { path: "/nodes/pve1/qemu/100/config", method: "PUT" },
    request: ["GET", /^\/version$/],
    works: ({ path, methods: [put] }) => {
      assert.equal(path, "/nodes/{node}/qemu/{vmid}/config");
      assert.equal(put.parameters.vmid.required, true);
      assert.equal(put.parameters.cores.type, "integer");
    },
    refuses: [
      {
        args: { path: "/nosuch" },
        code: "not_found",
        text: /^Cannot describe \/nosuch: the API has no path "\/nosuch"/,
      },
    ],
  },

  search_api: {
    args: { query: "qemu snapshot rollback" },
    request: ["GET", /^\/version$/],
    works: ({ methods, total }) => {
      assert.equal(total, methods.length);
      assert.deepEqual([methods[0].method, methods[0].path], [
        "POST",
        "/nodes/{node}/qemu/{vmid}/snapshot/{snapname}/rollback",
      ]);
    },
    refuses: [{ args: { query: "" }, code: "invalid", text: /query/ }],
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
