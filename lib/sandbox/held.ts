import { dirname } from "node:path";
import type { Config } from "../config/config.ts";
import { type Permissions, requiredPermissions } from "./permissions.ts";

/** What the process may do beyond, or cannot do of, what the config needs. */
export interface Holding {
  /** In words; empty when the process holds nothing beyond its needs. */
  readonly tooWide: readonly string[];
  /** In words; empty when it holds all it needs. */
  readonly missing: readonly string[];
}

type Probe = readonly [text: string, descriptor: Deno.PermissionDescriptor];

/** Asks the runtime what this process, or this worker, may do. */
export function holding(config: Config): Holding {
  const needed = requiredPermissions(config);
  const granted = ([, descriptor]: Probe) =>
    Deno.permissions.querySync(descriptor).state === "granted";
  const everything = EVERYTHING.filter(granted);
  const names = new Set(everything.map(([, descriptor]) => descriptor.name));
  const more = beyond(needed).filter((probe) => !names.has(probe[1].name) && granted(probe));
  return {
    tooWide: [...everything, ...more].map(([text]) => text),
    missing: needs(needed).filter((probe) => !granted(probe)).map(([text]) => text),
  };
}

const EVERYTHING: readonly Probe[] = [
  ["may connect anywhere", { name: "net" }],
  ["may read any file", { name: "read" }],
  ["may write any file", { name: "write" }],
  ["may read any environment variable", { name: "env" }],
  ["may run programs", { name: "run" }],
  ["may load libraries", { name: "ffi" }],
  ["may read system facts", { name: "sys" }],
  ["may import code", { name: "import" }],
];

/** What a list that is wider than needed would most likely hold; lists cannot be read, only asked. */
function beyond({ net, read, write }: Permissions): Probe[] {
  const addresses = net.filter((endpoint) => !endpoint.startsWith("unix:"));
  const hosts = new Set(addresses.map((endpoint) => endpoint.replace(/:\d+$/, "")));
  const readFolders = new Set(["/etc/passwd", ...read.map((path) => dirname(path))]);
  const writeFolders = new Set(["/etc/passwd", ...write.map((path) => dirname(path))]);
  return [
    ...[...hosts].map((host): Probe => [`may use any port of ${host}`, { name: "net", host }]),
    ["may connect to other hosts", { name: "net", host: "192.0.2.1:443" }],
    ...[...readFolders].map((path): Probe => [`may read ${path}`, { name: "read", path }]),
    ...[...writeFolders].map((path): Probe => [`may write ${path}`, { name: "write", path }]),
    ["may read PATH", { name: "env", variable: "PATH" }],
  ];
}

/** Credentials and rotated logs are left out: not every start has them. */
function needs({ net, read, write, env }: Permissions): Probe[] {
  const usual = (path: string) => !path.startsWith("/run/credentials/");
  return [
    ...net.map((host): Probe => [`connect to ${host}`, { name: "net", host }]),
    ...read.filter(usual).map((path): Probe => [`read ${path}`, { name: "read", path }]),
    ...write.map((path): Probe => [`write ${path}`, { name: "write", path }]),
    ...env.map((variable): Probe => [`read ${variable}`, { name: "env", variable }]),
  ];
}

/** `locked (…)`, or `NOT LOCKED: ` and what is too wide. */
export function lockText(held: Holding, how: "compiled" | "flags" | "worker"): string {
  return held.tooWide.length === 0 ? `locked (${how})` : `NOT LOCKED: ${held.tooWide.join(", ")}`;
}

/** How a process that holds exactly its needs came by them. */
export function ownWay(): "compiled" | "flags" {
  return Deno.build.standalone ? "compiled" : "flags";
}
