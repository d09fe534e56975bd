import type { CompleteRequestParams, ServerContext } from "@modelcontextprotocol/server";
import { AppError } from "../../errors.ts";
import { callerOf } from "../caller.ts";
import { variablesOf } from "../resources/address.ts";
import { choicesFor } from "../resources/choices.ts";
import type { ResourceKind } from "../resources/kind.ts";
import { inCluster } from "../resources/placed.ts";
import type { McpServices } from "../server.ts";
import type { Feature } from "./feature.ts";
import { offeredPrompts } from "./prompts.ts";
import { ANY_CLUSTER, readableKinds } from "./resources.ts";

const MOST = 100;

/** Completes the variables of addresses and the arguments of prompts. */
export const COMPLETION_FEATURE: Feature = {
  capabilities: { completions: {} },
  serve: (server, services) => {
    server.setRequestHandler("completion/complete", async ({ params }, context) => {
      const all = await complete(services, { params, context });
      const values = all.slice(0, MOST);
      return { completion: { values, total: all.length, hasMore: all.length > values.length } };
    });
  },
};

/** What begins with what was typed. While Proxmox is away nothing is offered. */
async function complete(
  services: McpServices,
  { params, context }: { params: CompleteRequestParams; context: ServerContext },
): Promise<string[]> {
  const { argument: { value }, context: typed } = params;
  const variable = await variableOf(services, { params, context });
  if (variable === undefined) return [];
  const given = typed?.arguments ?? {};
  try {
    const choices = await choicesFor(services, { context, variable, given });
    const begun = value.toLowerCase();
    return choices.filter((choice) => choice.toLowerCase().startsWith(begun));
  } catch (error) {
    if (error instanceof AppError) return [];
    throw error;
  }
}

/** What stands for the argument; undefined where the caller may not use what it belongs to. */
async function variableOf(
  services: McpServices,
  { params: { ref, argument }, context }: { params: CompleteRequestParams; context: ServerContext },
): Promise<string | undefined> {
  const { name } = argument;
  if (ref.type === "ref/prompt") {
    const prompts = await offeredPrompts(services, context);
    const prompt = prompts.find((each) => each.name === ref.name);
    return prompt?.arguments.find((each) => each.name === name)?.variable;
  }
  const kinds = await readableKinds(services, context);
  const clusters = services.catalog.clustersFor(callerOf(context).principal.limits);
  const shown = ({ template }: ResourceKind) =>
    clusters.length === 0 ? template : inCluster(ANY_CLUSTER, template);
  const kind = kinds.find((kind) => shown(kind) === ref.uri);
  return kind && variablesOf(shown(kind)).includes(name) ? name : undefined;
}
