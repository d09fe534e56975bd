import * as z from "zod";
import {
  guestNames,
  type NodeFacts,
  nodeFacts,
  sendDown,
  votesLeft,
} from "../proxmox/cluster/node_power.ts";
import { changed, dryRun, nodeName } from "./fields.ts";
import { type AnyTool, defineTool, DESTROYS } from "./tool.ts";

/** What a tool that sends a node down declares. */
interface NodePowerSpec {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly command: "reboot" | "shutdown";
  /** As the infinitive that follows "Cannot". */
  readonly does: string;
  /** What to do about guests that run. */
  readonly remedy: string;
  /** How to see what became of it. */
  readonly follow: string;
}

/** A tool that reboots a node or shuts it down. */
export function nodePowerTool(
  { command, description, does, follow, name, remedy, title }: NodePowerSpec,
): AnyTool {
  return defineTool({
    name,
    title,
    description,
    scope: "admin",
    toolsets: ["cluster"],
    hints: DESTROYS,
    subject: "node",
    privileges: [["/nodes/{node}", "Sys.PowerMgmt"]],
    conditionalPrivileges: [{
      privilege: ["/vms/{vmid}", "VM.Audit"],
      when: "without force",
      if: ({ force }) => !force,
    }],
    input: z.strictObject({
      node: nodeName,
      force: z.boolean().default(false).describe("Although guests run: they are shut down"),
      accept_quorum_loss: z.boolean().default(false),
      ...dryRun,
    }),
    output: z.object({
      node: z.string().optional(),
      sent: z.string().optional(),
      stopped_guests: z.int().optional(),
      unchanged: z.boolean().optional(),
      ...changed,
    }),
    action: ({ node }) => `${does} node ${node}`,
    about: async ({ node }, { pve }) => {
      const facts = await nodeFacts(pve, node);
      return { lines: linesOf(facts), version: JSON.stringify(linesOf(facts)) };
    },
    run: async (wish, { pve }) => {
      const { node } = wish;
      const facts = await nodeFacts(pve, node);
      if (command === "shutdown" && !facts.online) {
        return { ...pve.unchanged(`node ${node} is offline already`), node };
      }
      await sendDown(pve, facts, { command, remedy, wish });
      const notes = [follow, ...notesOf(facts)];
      for (const note of notes) pve.foresee(note);
      return { node, sent: command, stopped_guests: facts.running.length, notes };
    },
  });
}

function linesOf(facts: NodeFacts): string[] {
  const { node, running } = facts;
  const guests = running.length === 0 ? "none" : guestNames(running);
  return [`guests that run on node ${node}: ${guests}`, votesLeft(facts), ...notesOf(facts)];
}

function notesOf({ answers, node, running }: NodeFacts): string[] {
  return [
    ...(answers ? [`this server talks to Proxmox through node ${node}, until it is down`] : []),
    ...(running.length > 0
      ? [
        "HA's guests follow the datacenter's HA shutdown policy; others start again only with onboot",
      ]
      : []),
  ];
}
