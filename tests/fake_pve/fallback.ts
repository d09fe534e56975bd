import type { ApiMethod, Schema } from "./contract.ts";
import { guestOf } from "./guests.ts";
import { finishTasks, startTask } from "./tasks.ts";
import type { Call } from "./world.ts";

/**
 * Answers a method that has no handler: an index with its names, a task with one that does nothing,
 * anything else with the least that the contract allows.
 */
export function answerByContract(call: Call): unknown {
  const { api } = call;
  const guest = /\/(qemu|lxc)\/\{vmid\}/.exec(api.path)?.[1];
  if (guest) guestOf(call, guest as "qemu" | "lxc");
  if (api.method === "GET") return indexOf(call) ?? sample(api.returns);
  return isTask(api) ? idleTask(call) : sample(api.returns);
}

/** Indexes are told by their rows, which hold nothing but a name. */
function indexOf({ api, world }: Call): unknown[] | undefined {
  const keys = Object.keys(api.returns.items?.properties ?? {});
  const names = world.contract.below(api.path);
  if (keys.length !== 1 || !names.length) return undefined;
  return names.map((name) => ({ [keys[0] ?? ""]: name }));
}

function isTask(api: ApiMethod): boolean {
  return api.returns.type === "string" && api.path.startsWith("/nodes/{node}/");
}

function idleTask(call: Call): string {
  const { api, params, world } = call;
  const name = api.path.split("/").findLast((part) => !part.startsWith("{")) ?? "";
  const upid = startTask(call, {
    type: name.replace(/[^a-z]/g, ""),
    id: params.text("vmid"),
    node: params.text("node"),
    work: () => {},
  });
  finishTasks(world, upid);
  return upid;
}

function sample(schema: Schema): unknown {
  const of = schema.oneOf?.[0] ?? schema;
  if (of.enum) return of.enum[0];
  switch (of.type ?? "object") {
    case "array":
      return of.items?.properties ? [sample(of.items)] : [];
    case "object":
      return Object.fromEntries(
        Object.entries(of.properties ?? {})
          .filter(([name, property]) => !property.optional && !name.includes("["))
          .map(([name, property]) => [name, sample(property)]),
      );
    case "boolean":
    case "integer":
    case "number":
      return Number(of.minimum ?? 0);
    case "string":
      return "sample";
    default:
      return null;
  }
}
