import type { CommandHelp, OptionHelp } from "./help.ts";

/** A completion script for bash. */
export function bashCompletion(commands: readonly CommandHelp[]): string {
  const cases = commands.map((command) =>
    `    "${command.path}") words="${wordsOf(command).join(" ")}" ;;`
  );
  return `# bash completion for proxmox-mcp
_proxmox_mcp() {
  local word path=proxmox-mcp words=
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  case "$previous" in
    ${filesOf(commands).join("|")}) COMPREPLY=($(compgen -f -- "$current")); return ;;
${
    choicesOf(commands).map(([long, words]) =>
      `    ${long}) COMPREPLY=($(compgen -W "${words.join(" ")}" -- "$current")); return ;;`
    ).join("\n")
  }
  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
      ${commands.slice(1).map(({ path }) => `"${path}"`).join("|")}) path="$path $word" ;;
    esac
  done
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _proxmox_mcp proxmox-mcp
`;
}

/** A completion script for zsh. */
export function zshCompletion(commands: readonly CommandHelp[]): string {
  const cases = commands.map((command) =>
    `    "${command.path}") choices=(${wordsOf(command).join(" ")}) ;;`
  );
  return `#compdef proxmox-mcp
_proxmox_mcp() {
  local word place=proxmox-mcp
  local -a choices
  case "\${words[CURRENT-1]}" in
    ${filesOf(commands).join("|")}) _files; return ;;
${
    choicesOf(commands).map(([long, words]) =>
      `    ${long}) compadd -- ${words.join(" ")}; return ;;`
    ).join("\n")
  }
  esac
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$place $word" in
      ${commands.slice(1).map(({ path }) => `"${path}"`).join("|")}) place="$place $word" ;;
    esac
  done
  case "$place" in
${cases.join("\n")}
  esac
  compadd -- $choices
}
_proxmox_mcp "$@"
`;
}

/** A completion script for fish. */
export function fishCompletion(commands: readonly CommandHelp[]): string {
  const lines = commands.flatMap((command) => {
    const [, ...path] = command.path.split(" ");
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
    const unseen = command.commands.length > 0
      ? [`not __fish_seen_subcommand_from ${command.commands.join(" ")}`]
      : [];
    const condition = `-n '${[...seen, ...unseen].join("; and ") || "true"}'`;
    return [
      ...command.commands.map((name) => {
        const child = commands.find(({ path }) => path === `${command.path} ${name}`);
        return `complete -c proxmox-mcp -f ${condition} -a ${name} -d ${
          quoted(child?.description)
        }`;
      }),
      ...command.options.map((option) =>
        `complete -c proxmox-mcp ${condition} -l ${option.long.slice(2)} ` +
        `${fishValue(option)} -d ${quoted(option.description)}`
      ),
    ];
  });
  return `# fish completion for proxmox-mcp\n${lines.join("\n")}\n`;
}

/** What fish offers after an option. */
function fishValue({ takesValue, takesFile, words }: OptionHelp): string {
  if (!takesValue) return "-f";
  if (takesFile) return "-r -F";
  return words.length === 0 ? "-x" : `-x -a '${words.join(" ")}'`;
}

/** The options whose value is a file, whichever command has them. */
function filesOf(commands: readonly CommandHelp[]): string[] {
  const all = commands.flatMap(({ options }) => options).filter(({ takesFile }) => takesFile);
  return [...new Set(all.map(({ long }) => long))];
}

/** The options that take one of a few words, whichever command has them. */
function choicesOf(commands: readonly CommandHelp[]): (readonly [string, readonly string[]])[] {
  const all = commands.flatMap(({ options }) => options).filter(({ words }) => words.length > 0);
  return [...new Map(all.map(({ long, words }) => [long, words]))];
}

function wordsOf({ commands, options }: CommandHelp): string[] {
  return [...commands, ...options.map(({ long }) => long), "--help"];
}

function quoted(text = ""): string {
  return `'${text.replaceAll("'", "\\'")}'`;
}
