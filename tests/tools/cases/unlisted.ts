import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import { isRunning } from "../guests.ts";
import type { ToolCase } from "../tool_case.ts";

/** The ways to tools that are not listed. */
export const UNLISTED = {
  call_tool: {
    args: { name: "start_vm", arguments: { vmid: 101 } },
    scope: "write",
    request: ["POST", /qemu\/101\/status\/start$/],
    undeclared: { privileges: ["VM.PowerMgmt"], reason: "a call needs what the other tool needs" },
    works: (value, site) => {
      assert.equal(value.guest_status, "running");
      assert.ok(isRunning(site, 101));
    },
    refuses: [
      {
        args: { name: "start_v", arguments: {} },
        code: "invalid",
        text: /^Unknown tool "start_v": did you mean start_vm\?$/,
      },
      {
        args: { name: "start_vm", arguments: { vmi: 101 } },
        code: "invalid",
        text: /^Invalid arguments for start_vm: .*unknown argument vmi \(did you mean vmid\?\)/,
      },
      {
        args: { name: "call_tool", arguments: { name: "start_vm" } },
        code: "invalid",
        text: /^Invalid arguments for call_tool: name: must be another tool$/,
      },
      {
        args: { name: "start_vm", arguments: "vmid: 101" },
        code: "invalid",
        text: /^Invalid arguments for call_tool: arguments: must be an object, or JSON of one$/,
      },
      {
        args: { tool: "start_vm" },
        code: "invalid",
        text:
          /^Invalid arguments for call_tool: name is missing; unknown argument tool; there are name, arguments$/,
      },
    ],
  },

  describe_tool: {
    args: { name: "start_vm", output: true },
    scope: "write",
    request: null,
    works: (value) => {
      assert.deepEqual([value.name, value.scope, value.toolsets[0]], [
        "start_vm",
        "write",
        "guests",
      ]);
      assert.deepEqual(value.input_schema.required, ["vmid"]);
      assert.ok(value.output_schema.properties.task);
      assert.equal(value.hints.destructiveHint, false);
    },
    refuses: [
      {
        args: { name: "start_v" },
        code: "invalid",
        text: /^Cannot describe start_v: Unknown tool "start_v": did you mean start_vm\?$/,
      },
    ],
  },

  search_tools: {
    args: { query: "rules of the firewall" },
    request: null,
    works: ({ tools, total }) => {
      assert.equal(tools[0].name, "get_firewall_rules");
      assert.ok(total >= tools.length);
      assert.ok(tools.length <= 8);
    },
    refuses: [{ args: { query: "" }, code: "invalid", text: /query/ }],
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
