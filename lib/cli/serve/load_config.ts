import { type Config, loadConfig } from "../../config/config.ts";
import { AppError } from "../../errors.ts";
import type { Io } from "../io.ts";
import { missingTool } from "../missing_tool.ts";
import { type ServeArguments, serveOptionsOf } from "./options.ts";

/** The config that `serve` runs by; rejects with AppError `invalid` for a tool that does not exist too. */
export async function loadForServe(args: ServeArguments, io: Io): Promise<Config> {
  const config = await loadConfig({
    file: args.config,
    env: io.env,
    options: serveOptionsOf(args),
  });
  await requireToolNames(config);
  return config;
}

async function requireToolNames({ tools: chosen }: Config): Promise<void> {
  for (const [key, names] of [["allow", chosen.allow ?? []], ["deny", chosen.deny]] as const) {
    const problem = await missingTool(names);
    if (problem !== null) throw new AppError("invalid", `Cannot use tools.${key}: ${problem}`);
  }
}
