import { type Config, loadConfig } from "../../config/config.ts";
import { AppError } from "../../errors.ts";
import { missingToolset } from "../../tool/toolsets.ts";
import type { Io } from "../io.ts";
import { missingTool, wrongScope } from "../missing_tool.ts";
import { type ServeArguments, serveOptionsOf } from "./options.ts";

/** The config that `serve` runs by; rejects with AppError `invalid` for a tool that does not exist too. */
export async function loadForServe(args: ServeArguments, io: Io): Promise<Config> {
  const config = await loadConfig({
    file: args.config,
    env: io.env,
    options: serveOptionsOf(args),
  });
  await requireTools(config);
  return config;
}

/** Throws AppError `invalid` for a tool or toolset that does not exist, or a tool that cannot have the scope that it is given. */
export async function requireTools({ tools: chosen }: Config): Promise<void> {
  for (const [key, names] of [["allow", chosen.allow ?? []], ["deny", chosen.deny]] as const) {
    const problem = await missingTool(names);
    if (problem !== null) throw new AppError("invalid", `Cannot use tools.${key}: ${problem}`);
  }
  const missing = missingToolset(chosen.toolsets ?? []);
  if (missing !== null) throw new AppError("invalid", `Cannot use tools.toolsets: ${missing}`);
  const problem = await wrongScope(chosen.scopes);
  if (problem !== null) throw new AppError("invalid", `Cannot use tools.scopes: ${problem}`);
}
