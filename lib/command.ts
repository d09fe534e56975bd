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
