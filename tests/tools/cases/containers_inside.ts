import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import type { Site } from "../../site.ts";
import { guest } from "../guests.ts";
import type { ToolCase } from "../tool_case.ts";

function asShell(site: Site): void {
  guest(site, 200).config.cmode = "shell";
}

export const CONTAINERS_INSIDE = {
  execute_container_command: {
    args: { vmid: 200, command: ["echo", "a b", "it's"] },
    prepare: asShell,
    request: ["POST", /pve1\/lxc\/200\/termproxy$/],
    works: (value) => {
      assert.deepEqual(value.command, ["echo", "a b", "it's"]);
      assert.deepEqual([value.exit_code, value.stdout, value.stderr], [0, "a b it's\n", ""]);
      assert.deepEqual([value.stdout_truncated, value.stderr_truncated], [false, false]);
    },
    refuses: [
      {
        args: { vmid: 202, command: ["true"] },
        code: "conflict",
        text: /container 202 is stopped; start it first/,
      },
      { args: { vmid: 100, command: ["true"] }, code: "conflict", text: /100 is a VM/ },
      { args: { vmid: 200, command: [] }, code: "invalid", text: /command/ },
      { args: { vmid: 200, command: ["a\0b"] }, code: "invalid", text: /none of them NUL/ },
      { args: { vmid: 200, command: "x", user: "$(id)" }, code: "invalid", text: /user/ },
      {
        args: { vmid: 200, command: ["true"] },
        code: "conflict",
        text:
          /has cmode tty, so its terminal is no shell; .*pct set 200 --cmode shell.*VM\.Config\.Options.*shuts it down.*VM\.Console on it is root/,
      },
      {
        args: { vmid: 200, command: ["true"] },
        prepare: (site) => void (guest(site, 200).config.cmode = "console"),
        code: "conflict",
        text: /has cmode console/,
      },
      {
        args: { vmid: 200, command: ["true"] },
        prepare: (site) => void (guest(site, 200).pending.cmode = "shell"),
        code: "conflict",
        text: /cmode shell is set and waits: shut the container down and start it/,
      },
    ],
    variants: [
      { args: { vmid: 200, command: "echo a; exit 3" }, prepare: asShell },
      { args: { vmid: 200, command: ["cat"], input_data: "hello" }, prepare: asShell },
    ],
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
