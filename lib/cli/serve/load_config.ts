import { TOOLS } from "../../mcp/tools.ts";
import { type Config, loadConfig } from "../../config/config.ts";
import { AppError } from "../../errors.ts";
import { nearest } from "../../nearest.ts";
import type { Io } from "../io.ts";
import { type ServeArguments, serveOptionsOf } from "./options.ts";

/** The config that `serve` runs by; rejects with AppError `invalid` for a tool that does not exist too. */
export async function loadForServe(args: ServeArguments, io: Io): Promise<Config> {
  const config = await loadConfig({
    file: args.config,
    env: io.env,
    options: serveOptionsOf(args),
  });
  requireToolNames(config);
  return config;
}

function requireToolNames({ tools: chosen }: Config): void {
  const known = TOOLS.map((tool) => tool.name);
  for (const [key, names] of [["allow", chosen.allow ?? []], ["deny", chosen.deny]] as const) {
    const unknown = names.find((name) => !known.includes(name));
    if (unknown === undefined) continue;
    const meant = nearest(unknown, known);
    const hint = meant === null ? ": `tools` lists them all" : `: did you mean ${meant}?`;
    throw new AppError("invalid", `Cannot use tools.${key}: there is no tool ${unknown}${hint}`);
  }
}
