import {
  acceptedContent,
  type GetPromptResult,
  inputRequired,
  type ReadResourceResult,
} from "@modelcontextprotocol/server";
import { callerOf } from "../../lib/mcp/caller.ts";
import { COMPLETION_FEATURE } from "../../lib/mcp/features/completions.ts";
import type { Feature } from "../../lib/mcp/features/feature.ts";
import { getPrompt, listPrompts, PROMPT_FEATURE } from "../../lib/mcp/features/prompts.ts";
import { listResources, RESOURCE_FEATURE } from "../../lib/mcp/features/resources.ts";
import { answerCall, listTools } from "../../lib/mcp/features/tools.ts";
import { readResource } from "../../lib/mcp/resources/read.ts";
import { Subscriptions } from "../../lib/mcp/resources/subscriptions.ts";
import { declaresTasks, tasksRequired } from "../../lib/mcp/tasks/extension.ts";
import { ASKING, elicit, type Run } from "./asking.ts";
import { CONTENT } from "./content.ts";
import { embedded, image, PNG, text } from "./samples.ts";
import { FixtureTasks, REQUIRED_TASK } from "./tasks.ts";

/** The product's tools, and those of the suite that need more than the pipeline gives a tool. */
function tools(runs: Readonly<Record<string, Run>>): Feature {
  return {
    capabilities: { tools: {}, logging: {} },
    serve: (server, services) => {
      server.setRequestHandler("tools/list", async (_request, context) => {
        const { tools } = await listTools(services, { server, context });
        return { tools: [...tools, ...Object.keys(runs).map(described)] };
      });
      server.setRequestHandler("tools/call", async ({ params }, context) => {
        const run = runs[params.name];
        if (params.name === REQUIRED_TASK && !declaresTasks(context)) throw tasksRequired();
        if (run === undefined) return await answerCall(services, { server, params, context });
        callerOf(context).began?.(context.mcpReq.id);
        return await run(context, { args: params.arguments ?? {}, services });
      });
    },
  };
}

const RESOURCES: Readonly<
  Record<string, { mimeType: string } & ({ text: string } | { blob: string })>
> = {
  "test://static-text": { mimeType: "text/plain", text: "Some text" },
  "test://static-binary": { mimeType: "image/png", blob: PNG },
  "test://watched-resource": { mimeType: "text/plain", text: "It is watched" },
};

const resources: Feature = {
  capabilities: RESOURCE_FEATURE.capabilities,
  serve: (server, services) => {
    const subscriptions = new Subscriptions(server, services);
    server.setRequestHandler("resources/list", async (_request, context) => {
      const { resources } = await listResources(services, context);
      const more = Object.entries(RESOURCES).map(([uri, { mimeType }]) => ({
        uri,
        name: uri.slice("test://".length),
        mimeType,
      }));
      return { resources: [...resources, ...more] };
    });
    server.setRequestHandler("resources/templates/list", async (_request, context) => {
      const { resourceTemplates } = await listResources(services, context);
      const template = { name: "template", uriTemplate: "test://template/{id}/data" };
      return { resourceTemplates: [...resourceTemplates, template] };
    });
    server.setRequestHandler(
      "resources/read",
      ({ params: { uri } }, context) => read(uri) ?? readResource(services, { uri, context }),
    );
    server.setRequestHandler("resources/subscribe", async ({ params: { uri } }, context) => {
      if (!(uri in RESOURCES)) await subscriptions.add(uri, context);
      return {};
    });
    server.setRequestHandler("resources/unsubscribe", () => ({}));
  },
};

function read(uri: string): ReadResourceResult | undefined {
  const [, id] = /^test:\/\/template\/([^/]+)\/data$/.exec(uri) ?? [];
  const found = id === undefined
    ? RESOURCES[uri]
    : { mimeType: "application/json", text: JSON.stringify({ id }) };
  return found && { contents: [{ uri, ...found }] };
}

function described(name: string) {
  const description = `Is ${name} of the conformance suite`;
  return { name, description, inputSchema: { type: "object" as const } };
}

type Content = GetPromptResult["messages"][number]["content"];

const PROMPTS: Readonly<
  Record<string, {
    args: readonly string[];
    content: (args: Record<string, string>) => Content[];
  }>
> = {
  test_simple_prompt: { args: [], content: () => [text("A simple prompt")] },
  test_prompt_with_arguments: {
    args: ["arg1", "arg2"],
    content: ({ arg1, arg2 }) => [text(`arg1='${arg1}', arg2='${arg2}'`)],
  },
  test_prompt_with_embedded_resource: {
    args: ["resourceUri"],
    content: ({ resourceUri = "" }) => [embedded(resourceUri), text("Look at it")],
  },
  test_prompt_with_image: { args: [], content: () => [image, text("Look at it")] },
  test_input_required_result_prompt: { args: [], content: () => [text("It was answered")] },
};

const prompts: Feature = {
  capabilities: PROMPT_FEATURE.capabilities,
  serve: (server, services) => {
    server.setRequestHandler("prompts/list", async (_request, context) => {
      const { prompts } = await listPrompts(services, context);
      const more = Object.entries(PROMPTS).map(([name, { args }]) => ({
        name,
        description: `Is ${name} of the conformance suite`,
        arguments: args.map((name) => ({ name, required: true })),
      }));
      return { prompts: [...prompts, ...more] };
    });
    server.setRequestHandler("prompts/get", ({ params }, context) => {
      const prompt = PROMPTS[params.name];
      if (prompt === undefined) return getPrompt(services, { params, context });
      const answer = acceptedContent(context.mcpReq.inputResponses, "user_context");
      if (params.name === "test_input_required_result_prompt" && answer === undefined) {
        return inputRequired({ inputRequests: { user_context: elicit("context") } });
      }
      const content = prompt.content(params.arguments ?? {});
      return { messages: content.map((content) => ({ role: "user" as const, content })) };
    });
  },
};

/** The product with what the suite needs besides. */
export function fixtureFeatures(): readonly Feature[] {
  const tasks = new FixtureTasks();
  return [
    tools({ ...ASKING, ...CONTENT, ...tasks.tools }),
    resources,
    prompts,
    COMPLETION_FEATURE,
    tasks.feature,
  ];
}
