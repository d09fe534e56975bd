import { type Command, InvalidArgumentError, Option } from "commander";
import {
  type Config,
  type ConfigRequest,
  OPTION_KEYS,
  type OptionKey,
  readText,
  type ServeOptions,
} from "../../config/config.ts";
import { type CliContext, type CommonOptions, configOf } from "../context.ts";

/** What commander makes of the options of `serve`. */
export interface ServeArguments extends CommonOptions {
  /** False when `--no-auth` was given. */
  readonly auth?: boolean;
  /** True for `stdio` in place of `serve`. */
  readonly stdio?: boolean;
  readonly tokenFile?: string;
  /** The options that stand for keys of the config, under commander's names for them. */
  readonly [option: string]: unknown;
}

/** The options by which `serve` and the commands about it differ from the config. */
export function withServeOptions(command: Command): Command {
  for (const key of OPTION_KEYS) command.addOption(optionFor(key));
  return command;
}

/** The option by which `stdio` and the commands about it are told who speaks. */
export function withTokenFile(command: Command): Command {
  return command.option("--token-file <FILE>", "file that holds the token of `stdio`'s client");
}

export function serveOptionsOf(args: ServeArguments): ServeOptions {
  const given = OPTION_KEYS.map((key) => [key.name, args[optionFor(key).attributeName()]]);
  return {
    ...Object.fromEntries(given),
    "--debug": args.debug,
    "--no-auth": args.auth === false,
    "--stdio": args.stdio,
    "--token-file": args.tokenFile,
  };
}

function optionFor(key: OptionKey): Option {
  const shown = key.default === undefined ? "" : ` (default: ${key.default})`;
  return new Option(key.flags, `${key.help}${shown}`).argParser((text) => {
    const read = readText(key, text);
    if ("problem" in read) throw new InvalidArgumentError(`It ${read.problem}`);
    return read.value;
  });
}

/** The config that `serve` would run by, without its secrets: for commands that only describe it. */
export function serveConfigOf(
  context: CliContext,
  options: ServeArguments,
  where: Pick<ConfigRequest, "cwd" | "readFile"> = {},
): Promise<Config> {
  return configOf(context, options, { ...where, secrets: "skip", serve: serveOptionsOf(options) });
}
