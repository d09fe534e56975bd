#!/usr/bin/env node
// Starts the program with the Deno that npm has installed beside it.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";

// The runtime's own `bin.cjs` would keep signals from it.
const { runInstall } = createRequire(import.meta.url)("deno/install_api.cjs");
const flags = JSON.parse(readFileSync(new URL("./flags.json", import.meta.url), "utf8"));
const main = fileURLToPath(new URL("./main.js", import.meta.url));

function runtime() {
  try {
    return runInstall();
  } catch {
    const { platform, arch } = process;
    process.stderr.write(
      `proxmox-mcp: Cannot find Deno for ${platform} ${arch}: install again, with optional dependencies\n`,
    );
    process.exit(1);
  }
}

const child = spawn(runtime(), ["run", "--quiet", ...flags, main, ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, DENO_NO_UPDATE_CHECK: "1" },
});
for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"]) {
  process.on(signal, () => child.kill(signal));
}
child.on("error", ({ message }) => {
  process.stderr.write(`proxmox-mcp: Cannot start Deno: ${message}\n`);
  process.exitCode = 1;
});
child.on("exit", (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal];
});
