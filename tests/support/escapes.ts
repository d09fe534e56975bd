import { exec } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect } from "node:net";

/** What an attempt is aimed at. */
export interface EscapeTargets {
  /** `http://…` that the config names; it redirects to `otherUrl`. */
  readonly allowedUrl: string;
  readonly otherUrl: string;
  readonly otherHost: string;
  /** A path beside the database. */
  readonly beside: string;
  readonly library: string;
}

/** Tries to do what a locked server must not, and prints what came of it in JSON, by attempt. */
export async function sayEscapes(targets: EscapeTargets): Promise<void> {
  const told = JSON.stringify(await tryEscapes(targets));
  Deno.stdout.writeSync(new TextEncoder().encode(told));
}

/** Each result is the error's name, or "ALLOWED". */
async function tryEscapes(targets: EscapeTargets): Promise<Record<string, string>> {
  const attempts: Record<string, () => unknown> = {
    "fetch another port": () => fetch(targets.otherUrl),
    "fetch another host": () => fetch(targets.otherHost),
    "follow a redirect to another port": () => fetch(targets.allowedUrl),
    "connect another port": () =>
      Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(targets.otherUrl).port) }),
    "connect another port by node:net": () => connected(Number(new URL(targets.otherUrl).port)),
    "listen on another port": () => Deno.listen({ hostname: "127.0.0.1", port: 0 }).close(),
    "look a name up": () => Deno.resolveDns("exfiltrated.example", "A"),
    "read /etc/passwd": () => Deno.readTextFile("/etc/passwd"),
    "read /etc/passwd by node:fs": () => readFileSync("/etc/passwd", "utf8"),
    "read the folder of the database": () => [...Deno.readDirSync(folderOf(targets.beside))],
    "write beside the database": () => Deno.writeTextFile(targets.beside, "x"),
    "link beside the database": () => Deno.symlink("/etc/passwd", targets.beside),
    "run a program": () => new Deno.Command("/bin/true").output(),
    "run a program by node:child_process": () => executed("/bin/true"),
    "load a library": () => Deno.dlopen(targets.library, {}),
    "read the environment": () => Deno.env.get("HOME"),
    "read all of the environment": () => requireName("HOME", Deno.env.toObject()),
    "read system facts": () => Deno.hostname(),
    "import code": () => import(["https:", "", "jsr.io", "x.ts"].join("/")),
    "import code from another port": () => import(new URL("x.ts", targets.otherUrl).href),
    "start a worker that may more": () => freeWorker(),
  };
  const results: Record<string, string> = {};
  for (const [name, attempt] of Object.entries(attempts)) {
    try {
      await attempt();
      results[name] = "ALLOWED";
    } catch (error) {
      results[name] = nameOf(error);
    }
  }
  // This one must work, or the others prove nothing.
  const answer = await fetch(targets.allowedUrl, { redirect: "manual" });
  await answer.body?.cancel();
  return { ...results, "fetch the allowed port": "ALLOWED" };
}

/**
 * Somebody listens where it is tried: `node:net` of Deno 2.6.10 tells every failure as ECONNREFUSED. An
 * executable finds no module but those that were compiled in.
 */
const REFUSALS =
  /NotCapable|Requires \w+ access|Can't escalate|EPERM|EACCES|--no-remote|ECONNREFUSED|Module not found: http/;

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = `${error.name} ${error.message} ${(error as { code?: string }).code ?? ""}`;
  return REFUSALS.test(text) ? "NotCapable" : text.trim();
}

/** A list from which everything forbidden was left out gives nothing away. */
function requireName(name: string, variables: Record<string, string>): void {
  if (!(name in variables)) throw new Error("NotCapable: left out");
}

function connected(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => resolve(void socket.destroy()));
    socket.on("error", reject);
  });
}

function executed(command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    exec(command, (error) => error === null ? resolve() : reject(error));
  });
}

function freeWorker(): void {
  const options = { type: "module", deno: { permissions: { read: true } } } as WorkerOptions;
  new Worker("data:application/javascript,0", options).terminate();
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
