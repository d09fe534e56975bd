/** The folder that npm keeps a package in, and that of Deno's cache of npm packages. */
const NPM_PACKAGE = /\/(?:node_modules|registry\.npmjs\.org)\/(?:@[^/]+\/)?proxmox-mcp\//;

/** The tasks of a checkout that start a command with the permissions of its config. */
const TASKS: Readonly<Record<string, string>> = { init: "init", serve: "start", stdio: "stdio" };

/** The ways in which the program comes to run. */
export type Form = "checkout" | "npm" | "installed";

/** How this process was started. */
export function ownForm(): Form {
  if (Deno.build.standalone) return "installed";
  return NPM_PACKAGE.test(import.meta.url) ? "npm" : "checkout";
}

/**
 * A command of this program as it is typed where the program was started, for messages that lead on
 * to it: `check --json` is `deno run -A main.ts check --json` in the folder of a checkout.
 */
export function typed(command: string, form: Form = ownForm()): string {
  if (form === "installed") return `proxmox-mcp ${command}`;
  if (form === "npm") return `npx proxmox-mcp ${command}`;
  const [name = "", ...options] = command.split(" ");
  const task = TASKS[name];
  return task === undefined
    ? `deno run -A main.ts ${command}`
    : ["deno task", task, ...options].join(" ");
}

/**
 * The same with the config that this process was told of by an option, so that the command is about that
 * one: for who reads at the machine, since it may hold a path.
 */
export function typedHere(command: string, args: readonly string[] = Deno.args): string {
  const config = givenConfig(args);
  return typed(config === undefined ? command : `${command} --config ${shellWord(config)}`);
}

/** Of `--config FILE` or `--config=FILE`; the last one counts. */
function givenConfig(args: readonly string[]): string | undefined {
  const option = "--config";
  const at = args.findLastIndex((arg) => arg === option || arg.startsWith(`${option}=`));
  const arg = args[at];
  return arg === option ? args[at + 1] : arg?.slice(option.length + 1);
}

/**
 * A shell word: quoted when it holds white space or what a shell would run. Patterns (`PG*`, `[::1]`)
 * stay as they are, so that `deno run $(proxmox-mcp flags)` works, where quotes would be taken literally.
 */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./*[\]-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
