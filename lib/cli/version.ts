import type { Command } from "commander";
import project from "../../deno.json" with { type: "json" };
import type { CliContext } from "./context.ts";

export const VERSION: string = project.version;

export function registerVersion(program: Command, { io, version }: CliContext): void {
  program.version(`proxmox-mcp ${version}`, "--version", "print the version");
  program.command("version")
    .description("print the version")
    .action(() => io.out(`proxmox-mcp ${version}`));
}
