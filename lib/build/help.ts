import type { Argument, Command, Option } from "commander";
import { createProgram } from "../cli/mod.ts";
import { wordsOf } from "../cli/options.ts";
import { VERSION } from "../cli/version.ts";

/** One command as its `--help` tells it. */
export interface CommandHelp {
  /** `proxmox-mcp token create`. */
  readonly path: string;
  readonly description: string;
  readonly usage: string;
  readonly options: readonly OptionHelp[];
  /** Notes and examples, after the options. */
  readonly notes: string;
  /** Names of the commands below this one. */
  readonly commands: readonly string[];
}

export type OptionHelp = ReturnType<typeof describeOption>;

/** Every command of the program, parents before their children. */
export function describeProgram(): CommandHelp[] {
  let written = "";
  const program = createProgram({
    io: {
      out: (line) => written += `${line}\n`,
      err: () => {},
      env: () => undefined,
      now: () => new Date(0),
    },
    version: VERSION,
    setStatus: () => {},
  });
  const describe = (command: Command, parents: string): CommandHelp[] => {
    const path = `${parents}${command.name()}`;
    written = "";
    command.outputHelp();
    const own: CommandHelp = {
      path,
      description: command.description(),
      usage: `${path} ${usageOf(command)}`.trim(),
      options: command.options.map(describeOption),
      notes: written.slice(command.helpInformation().trimEnd().length).trim(),
      commands: command.commands.map((child) => child.name()),
    };
    return [own, ...command.commands.flatMap((child) => describe(child, `${path} `))];
  };
  return describe(program, "");
}

function usageOf(command: Command): string {
  const args = command.registeredArguments.map((argument: Argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`
  );
  if (command.commands.length > 0) args.push("COMMAND");
  if (command.options.length > 0) args.unshift("[options]");
  return args.join(" ");
}

function describeOption(option: Option) {
  return {
    /** `--port <PORT>`. */
    flags: option.flags,
    /** `--port`. */
    long: option.long ?? option.flags,
    takesValue: option.required || option.optional,
    takesFile: /[<[]FILE[>\]]/.test(option.flags),
    /** The values that it may have; none when it takes any. */
    words: wordsOf(option),
    description: option.description,
  };
}
