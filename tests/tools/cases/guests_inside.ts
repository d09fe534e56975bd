import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import { guest } from "../guests.ts";
import { lastChange } from "../requests.ts";
import type { ToolCase } from "../tool_case.ts";

export const GUESTS_INSIDE = {
  execute_vm_command: {
    args: { vmid: 100, command: ["echo", "a b"] },
    request: ["POST", /pve1\/qemu\/100\/agent\/exec$/],
    works: (value, site) => {
      assert.deepEqual(value.command, ["echo", "a b"]);
      assert.deepEqual([value.exit_code, value.stdout, value.stderr], [0, "a b\n", ""]);
      assert.deepEqual(lastChange(site).body, { command: ["echo", "a b"] });
    },
    refuses: [
      {
        args: { vmid: 101, command: ["true"] },
        code: "conflict",
        text: /VM 101 is stopped; start it first/,
      },
      { args: { vmid: 200, command: ["true"] }, code: "conflict", text: /200 is a container/ },
      { args: { vmid: 100, command: [] }, code: "invalid", text: /command/ },
    ],
    variants: [
      { args: { vmid: 100, command: "echo a" } },
      { args: { vmid: 100, command: ["cat"], input_data: "hello" } },
    ],
  },

  read_guest_file: {
    args: { vmid: 100, file: "/etc/hostname" },
    request: ["GET", /file-read$/],
    works: (value) =>
      assert.deepEqual(value, {
        content: "guest-100\n",
        encoding: "utf-8",
        bytes_read: 10,
        truncated: false,
      }),
    refuses: [
      {
        args: { vmid: 101, file: "/x" },
        code: "conflict",
        text: /VM 101 is stopped; start it first/,
      },
      {
        args: { vmid: 102, file: "/x" },
        code: "unavailable",
        text: /install qemu-guest-agent in it/,
      },
      { args: { vmid: 200, file: "/x" }, code: "conflict", text: /200 has cmode tty/ },
      { args: { vmid: 100, file: "/nosuch" }, code: "not_found", text: /\/nosuch/ },
      { args: { vmid: 100, file: "" }, code: "invalid", text: /file/ },
    ],
  },

  write_guest_file: {
    args: { vmid: 100, file: "/tmp/greeting", content: "hello\n" },
    request: ["POST", /qemu\/100\/agent\/file-write$/],
    works: (value, site) => {
      assert.equal(value.bytes_written, 6);
      assert.equal(guest(site, 100).agent.files.get("/tmp/greeting"), "hello\n");
      assert.deepEqual(lastChange(site).body, { file: "/tmp/greeting", content: "hello\n" });
    },
    refuses: [
      {
        args: { vmid: 101, file: "/x", content: "" },
        code: "conflict",
        text: /VM 101 is stopped; start it first/,
      },
      {
        args: { vmid: 100, file: "/x", content: "x".repeat(61_441) },
        code: "invalid",
        text: /content/,
      },
      {
        args: { vmid: 100, file: "/x", content: "é".repeat(30_000) },
        code: "invalid",
        text: /60000 bytes are more than Proxmox writes at once/,
      },
      {
        args: { vmid: 100, file: "/x", content: "%%%", encoding: "base64" },
        code: "invalid",
        text: /not base64/,
      },
    ],
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
