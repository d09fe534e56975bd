import { hideValue, QUOTE, REDACTED, type SecretKind, VALUE } from "./secret_value.ts";

/** Programs that take a password by an option of one letter; others mean a port or a path by it. */
interface Command {
  readonly programs: string;
  readonly flag: string;
  /** What stands before the password in the option's value, as a pattern. */
  readonly before?: string;
  readonly examples: readonly string[];
}

const COMMANDS: readonly Command[] = [
  {
    programs: "mysql\\w{0,20}|mariadb[\\w-]{0,20}|mongo\\w{0,20}|sshpass|7z[ar]?|rar|unrar|" +
      "useradd|usermod|(?:docker|podman|buildah|az|oc) login",
    flag: "-p",
    examples: [
      "mysql -u root -p«S3cret» db",
      "mysqldump -p'«S3cret S3cret»' db",
      "sshpass -p «S3cret» ssh host",
      "docker login -u ada -p «S3cret» registry.example",
    ],
  },
  {
    programs: "redis-cli|valkey-cli",
    flag: "-a",
    examples: ["redis-cli -h db -a «S3cret» ping"],
  },
  {
    programs: "zip|unzip|ipmitool|mosquitto_(?:pub|sub)|sqlcmd",
    flag: "-P",
    examples: ["ipmitool -H bmc -U ada -P «S3cret» power status"],
  },
  {
    programs: "snmp[a-z]{2,12}",
    flag: "-[AX]",
    examples: ["snmpget -v3 -u ada -A «S3cret1» -X «S3cret2» host"],
  },
  { programs: "ldap[a-z]{3,10}", flag: "-w", examples: ["ldapsearch -x -w «S3cret» uid=ada"] },
  {
    programs: "openssl|ipmitool",
    flag: "-k",
    examples: ["openssl enc -aes-256-cbc -k «hunter» -in a"],
  },
  {
    programs: "curl|https?|xh|lftp|ab",
    flag: "(?:-u|-U|--user|--proxy-user)",
    before: "[^\\s:\"']{1,128}:",
    examples: ["curl -u admin:«S3cret» https://x/", "curl --user 'admin:«S3cret»' https://x/"],
  },
  {
    programs: "smbclient|rpcclient|net",
    flag: "(?:-U|--user)",
    before: "[^\\s%\"']{1,128}%",
    examples: ["smbclient //nas/a -U ada%«S3cret»"],
  },
];

/** What finds the passwords in a command line of each; a command ends where the shell ends it. */
export const COMMAND_KINDS: readonly SecretKind[] = COMMANDS.map(
  ({ programs, flag, before = "", examples }) => {
    const option = new RegExp(
      `((?<=[\\s"'])${flag}[ \\t=]{0,4}${QUOTE}(?!-)${before})${VALUE}`,
      "g",
    );
    return {
      name: `option ${flag} of ${programs}`,
      hint: `[\\s"']${flag}`,
      pattern: new RegExp(`(?<![\\w-])(?:${programs})(?=[\\s"'])[^\\n;|&]{1,400}`, "g"),
      replacement: (command) => command.replace(option, `$1${REDACTED}`),
      examples,
    };
  },
);

const ARGUMENTS: readonly Record<"program" | "alone" | "before" | "attached", RegExp>[] = COMMANDS
  .map(({ programs, flag, before = "" }) => ({
    program: new RegExp(`(?<![\\w-])(?:${programs})(?![\\w-])`),
    alone: new RegExp(`^${flag}$`),
    before: new RegExp(`^${before}`),
    attached: new RegExp(`^${flag}=?${before}`),
  }));

/** The words of an argument vector in which its program is looked for: `["sudo", "/usr/bin/mysql", …]`. */
const WORDS_OF_PROGRAM = 4;

/**
 * The element at `index` of an argument vector without the password in it, by what its program takes;
 * undefined where it takes none there.
 */
export function hideArgument(values: readonly unknown[], index: number): string | undefined {
  const [previous, value] = [values[index - 1], values[index]];
  if (typeof value !== "string" || index === 0) return undefined;
  const head = values.slice(0, Math.min(index, WORDS_OF_PROGRAM))
    .map((word) => String(word).slice(0, 200)).join(" ");
  for (const { program, alone, before, attached } of ARGUMENTS) {
    if (!program.test(head)) continue;
    const stands: boolean = typeof previous === "string" && alone.test(previous) &&
      !value.startsWith("-");
    const found: string | undefined = (stands ? before : attached).exec(value)?.[0];
    if (found !== undefined && found !== value) return found + hideValue(value.slice(found.length));
  }
  return undefined;
}
