import {
  type GetPromptRequestParams,
  type GetPromptResult,
  type ListPromptsResult,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { shownLine } from "../../log/shown.ts";
import { didYouMean } from "../../nearest.ts";
import { callerOf } from "../caller.ts";
import type { Language } from "../messages.ts";
import { CHANGING } from "../prompts/changing.ts";
import { LOOKING } from "../prompts/looking.ts";
import { aboutOne } from "../prompts/about_one.ts";
import type { Prompt } from "../prompts/prompt.ts";
import type { McpServices } from "../server.ts";
import type { Feature } from "./feature.ts";

/** All prompts. */
export const PROMPTS: readonly Prompt[] = [...LOOKING, ...CHANGING];

const LONGEST_ARGUMENT = 500;

/** The work that callers may give to a model. */
export const PROMPT_FEATURE: Feature = {
  capabilities: { prompts: {} },
  serve: (server, services) => {
    server.setRequestHandler("prompts/list", (_request, context) => listPrompts(services, context));
    server.setRequestHandler(
      "prompts/get",
      ({ params }, context) => getPrompt(services, { params, context }),
    );
  },
};

/** The prompts that this caller is offered. */
export async function listPrompts(
  services: McpServices,
  context: ServerContext,
): Promise<ListPromptsResult> {
  const { language } = callerOf(context);
  const prompts = await offeredPrompts(services, context);
  return { prompts: prompts.map((prompt) => described(prompt, language)) };
}

/**
 * A prompt's text with what was given.
 *
 * @throws ProtocolError naming the prompt that was meant, or what is wrong with its arguments
 */
export async function getPrompt(
  services: McpServices,
  { params, context }: { params: GetPromptRequestParams; context: ServerContext },
): Promise<GetPromptResult> {
  const prompts = await offeredPrompts(services, context);
  return written(prompts, { params, language: callerOf(context).language });
}

/** The prompts whose tools this caller may call. */
export async function offeredPrompts(
  services: McpServices,
  context: ServerContext,
): Promise<Prompt[]> {
  const { principal } = callerOf(context);
  const callable = services.catalog.callable(principal, await services.able(principal));
  const offered = PROMPTS.filter(({ needs }) => needs.every(callable));
  const several = services.catalog.clustersFor(principal.limits).length > 0;
  return several ? offered.map(aboutOne) : offered;
}

function written(
  prompts: readonly Prompt[],
  { params, language }: { params: GetPromptRequestParams; language: Language },
): GetPromptResult {
  const { name, arguments: given = {} } = params;
  const prompt = prompts.find((each) => each.name === name);
  if (!prompt) {
    const names = prompts.map((each) => each.name);
    throw invalid(
      `Unknown prompt ${shown(name)}${didYouMean(name, names, "; see prompts/list")}`,
    );
  }
  const known = prompt.arguments.map((argument) => argument.name);
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) {
      throw invalid(`Invalid arguments for ${name}: there is no ${shown(key)}`);
    }
  }
  const values: Record<string, string> = {};
  for (const argument of prompt.arguments) {
    const value = shownLine(given[argument.name] ?? "").trim();
    if (value.length > LONGEST_ARGUMENT) {
      throw invalid(`Invalid arguments for ${name}: ${argument.name} is too long`);
    }
    if (value !== "") values[argument.name] = value;
    else if (argument.required) {
      throw invalid(`Invalid arguments for ${name}: ${argument.name} is missing`);
    }
  }
  const text = prompt.text[language](values);
  return {
    description: prompt.description[language],
    messages: [{ role: "user", content: { type: "text", text } }],
  };
}

function described({ name, title, description, arguments: all }: Prompt, language: Language) {
  return {
    name,
    title: title[language],
    description: description[language],
    arguments: all.map((argument) => ({
      name: argument.name,
      description: argument.description[language],
      required: argument.required,
    })),
  };
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}

function invalid(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
}
