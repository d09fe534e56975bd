import { CONFIG_KEYS } from "../config/config.ts";
import type { CommandHelp, OptionHelp } from "./help.ts";

/** The manual page, section 1, in roff. */
export function manualPage(
  commands: readonly CommandHelp[],
  { version, date }: { version: string; date: Date },
): string {
  const day = date.toISOString().slice(0, 10);
  const [program, ...rest] = commands;
  if (program === undefined) throw new Error("Cannot write the manual: there is no command");
  return [
    `.TH PROXMOX\\-MCP 1 "${day}" "proxmox\\-mcp ${roff(version)}" "User Commands"`,
    ".SH NAME",
    `proxmox\\-mcp \\- MCP server for Proxmox VE`,
    ".SH SYNOPSIS",
    ".B proxmox\\-mcp",
    "\\fICOMMAND\\fR [\\fIoptions\\fR]",
    ".SH DESCRIPTION",
    roff(program.description),
    ".SH COMMANDS",
    ...rest.filter((command) => command.commands.length === 0).flatMap(section),
    ".SH ENVIRONMENT",
    ...ENVIRONMENT.flatMap(([name, text]) => [".TP", `.B ${roff(name)}`, roff(text)]),
    ".SH FILES",
    ".TP",
    ".I /etc/proxmox\\-mcp/config.json",
    "The config file that is read when none is named.",
    ".SH EXIT STATUS",
    "0 success, 1 failure with one line on standard error, 2 usage.",
    "",
  ].join("\n");
}

const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ["PROXMOX_MCP_CONFIG", "The config file."],
  ...CONFIG_KEYS.flatMap(({ path, facts: { env } }) =>
    env === undefined ? [] : [[env.join(", "), `Weighs more than ${path} of the config.`] as const]
  ),
  ["CREDENTIALS_DIRECTORY", "Where systemd put the secrets' files."],
];

function section({ path, usage, description, options, notes }: CommandHelp): string[] {
  return [
    `.SS ${roff(path.replace(/^proxmox-mcp /, ""))}`,
    `.B ${roff(usage)}`,
    ".PP",
    `${roff(description)}.`,
    ...options.flatMap(entry),
    ...(notes === "" ? [] : [".PP", ".nf", ...notes.split("\n").map(roff), ".fi"]),
  ];
}

function entry({ flags, description }: OptionHelp): string[] {
  return [".TP", `.B ${roff(flags)}`, roff(description)];
}

/** Text that roff prints as it stands. */
function roff(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^([.'])/gm, "\\&$1");
}
