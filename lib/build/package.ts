import { createHash } from "node:crypto";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Command } from "commander";
import { loadConfig } from "../config/config.ts";
import type { CliContext } from "../cli/context.ts";
import { oneOf } from "../cli/options.ts";
import { runTask } from "../cli/run.ts";
import { UNIT_NAME } from "../sandbox/permissions.ts";
import { PRIVATE_NETWORKS } from "../cli/unit/unit.ts";
import { unitText } from "../cli/unit/text.ts";
import { compile, type Target } from "./compile.ts";
import { bashCompletion, fishCompletion, zshCompletion } from "./completions.ts";
import { buildDeb, type PackageFile } from "./deb.ts";
import { describeProgram } from "./help.ts";
import { manualPage } from "./man.ts";
import { embeddedPackages, type NpmPackage } from "./npm_files.ts";
import { dockerfile, PACKAGED_CONFIG, serverJson } from "./texts.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const CONFIG = "etc/proxmox-mcp/config.json";

const ARCHITECTURES = ["amd64", "arm64"] as const;
type Architecture = typeof ARCHITECTURES[number];

const TARGETS: Readonly<Record<Architecture, Target>> = {
  amd64: "x86_64-unknown-linux-gnu",
  arm64: "aarch64-unknown-linux-gnu",
};

interface PackageArguments {
  readonly arch: Architecture;
  readonly output: string;
  readonly namespace: string;
}

/** Declares `deno task package`. */
function describePackage(command: Command, context: CliContext): Command {
  return command
    .description("build the executable, the Debian package and what goes with them")
    .option("--arch <ARCH>", ARCHITECTURES.join(" or "), oneOf(ARCHITECTURES), ownArchitecture())
    .option("--output <FOLDER>", "where to put them", "dist")
    .option("--namespace <NAME>", "whose name the registry entry bears", "io.github.proxmox-mcp")
    .action((options: PackageArguments) => buildPackages(context, options));
}

async function buildPackages(context: CliContext, options: PackageArguments): Promise<void> {
  const { arch, namespace } = options;
  const { io, version } = context;
  const folder = resolve(options.output);
  await Deno.mkdir(folder, { recursive: true });
  const date = await releaseDate();
  const binary = join(folder, `proxmox-mcp-linux-${arch}`);
  await compile(context, { output: binary, target: TARGETS[arch] });
  const deb = join(folder, `proxmox-mcp_${version}_${arch}.deb`);
  await buildDeb({
    version,
    architecture: arch,
    files: await packageFiles({ version, date, binary: await Deno.readFile(binary) }),
    conffiles: [CONFIG],
    date,
    output: deb,
  });
  const docker = join(folder, "Dockerfile");
  await Deno.writeTextFile(docker, dockerfile(basename(binary)));
  const registry = join(folder, "server.json");
  await Deno.writeTextFile(registry, serverJson({ version, namespace }));
  const sums = join(folder, "SHA256SUMS");
  await Deno.writeTextFile(sums, await checksums([binary, deb, docker, registry]));
  for (const path of [binary, deb, docker, registry, sums]) io.out(path);
}

/** Everything that the Debian package installs. */
async function packageFiles(
  { version, date, binary }: { version: string; date: Date; binary: Uint8Array },
): Promise<PackageFile[]> {
  const commands = describeProgram();
  const share = "usr/share";
  const text = (path: string, content: string | Uint8Array, mode = 0o644) => ({
    path,
    content,
    mode,
  });
  const man = gzipSync(manualPage(commands, { version, date }), { level: 9 });
  return [
    text("usr/bin/proxmox-mcp", binary, 0o755),
    text(`usr/lib/systemd/system/${UNIT_NAME}.service`, await packagedUnit()),
    text(CONFIG, JSON.stringify(PACKAGED_CONFIG, null, 2) + "\n", 0o640),
    text(`${share}/man/man1/proxmox-mcp.1.gz`, new Uint8Array(man)),
    text(`${share}/bash-completion/completions/proxmox-mcp`, bashCompletion(commands)),
    text(`${share}/zsh/vendor-completions/_proxmox-mcp`, zshCompletion(commands)),
    text(`${share}/fish/vendor_completions.d/proxmox-mcp.fish`, fishCompletion(commands)),
    text(`${share}/doc/proxmox-mcp/copyright`, await licences()),
  ];
}

async function packagedUnit(): Promise<string> {
  const config = await loadConfig({
    file: `/${CONFIG}`,
    env: () => undefined,
    readFile: () => Promise.resolve(JSON.stringify(PACKAGED_CONFIG)),
    secrets: "skip",
  });
  const unit = unitText(config, {
    binary: "/usr/bin/proxmox-mcp",
    name: UNIT_NAME,
    targets: PRIVATE_NETWORKS,
    clients: PRIVATE_NETWORKS,
  });
  return `${unit}\n`;
}

/** The licence of the program and of every library in the executable. */
async function licences(): Promise<string> {
  const own = await Deno.readTextFile(`${ROOT}LICENSE`);
  const texts = [`proxmox-mcp\n\n${own}`];
  for (const library of await embeddedPackages(ROOT, "main.ts")) {
    const text = await licenceOf(library);
    texts.push(`${library.name} ${library.version}\n\n${text}`);
  }
  return texts.map((text) => text.trim()).join(`\n\n${"-".repeat(72)}\n\n`) + "\n";
}

async function licenceOf({ localPath }: NpmPackage): Promise<string> {
  for await (const { name, isFile } of Deno.readDir(localPath)) {
    if (isFile && /^(licen[cs]e|copying)/i.test(name)) {
      return await Deno.readTextFile(join(localPath, name));
    }
  }
  const { license } = JSON.parse(await Deno.readTextFile(join(localPath, "package.json")));
  return `Licence: ${license ?? "unknown"}`;
}

async function checksums(paths: readonly string[]): Promise<string> {
  const lines = await Promise.all(paths.map(async (path) => {
    const sum = createHash("sha256").update(await Deno.readFile(path)).digest("hex");
    return `${sum}  ${basename(path)}\n`;
  }));
  return lines.join("");
}

/** The time of the last commit, so that building twice gives the same; else the epoch. */
async function releaseDate(): Promise<Date> {
  try {
    const { code, stdout } = await new Deno.Command("git", {
      args: ["log", "-1", "--format=%ct"],
      cwd: ROOT,
      stderr: "null",
    }).output();
    const seconds = Number(new TextDecoder().decode(stdout).trim());
    return new Date(code === 0 ? seconds * 1000 : 0);
  } catch {
    return new Date(0);
  }
}

function ownArchitecture(): Architecture {
  return Deno.build.arch === "aarch64" ? "arm64" : "amd64";
}

if (import.meta.main) await runTask("package", describePackage);
