import { delimiter, join } from "node:path";
import { makeAddressCertificate } from "../fake_pve/certificate.ts";
import { say, type Server } from "./postgres.ts";

/** The folder of `initdb` and `pg_ctl`, and what goes before them to run them as another user. */
interface Programs {
  readonly folder: string;
  readonly asUser: readonly string[];
}

const START_ATTEMPTS = 5;

/** Looks in PATH, then for the newest version in Debian's folders. */
export async function findPrograms(): Promise<Programs> {
  const folders = (Deno.env.get("PATH") ?? "").split(delimiter);
  const versions = await namesIn("/usr/lib/postgresql");
  versions.sort((a, b) => Number(b) - Number(a));
  folders.push(...versions.map((version) => `/usr/lib/postgresql/${version}/bin`));
  for (const folder of folders) {
    if (await isFile(join(folder, "initdb")) && await isFile(join(folder, "pg_ctl"))) {
      return { folder, asUser: await otherUser() };
    }
  }
  throw new Error("Cannot start PostgreSQL: there is no initdb; install the package postgresql");
}

/** Starts a server in a temporary folder, on a free port and no socket but one in that folder. */
export async function startReal(programs: Programs, password: string): Promise<Server> {
  const folder = await Deno.makeTempDir({ prefix: "proxmox-mcp-pg-" });
  const data = join(folder, "data");
  const caFile = join(folder, "ca.pem");
  const { certificate, key } = makeAddressCertificate("127.0.0.1");
  await Deno.writeTextFile(caFile, certificate);
  await Deno.writeTextFile(join(folder, "password"), password);
  await Deno.chmod(folder, 0o755);
  await own(programs, folder);
  const run = (program: string, ...args: string[]) => runProgram(programs, [program, ...args]);
  await run(
    ...["initdb", "--pgdata", data, "--username", "postgres", "--auth", "scram-sha-256"] as const,
    ...["--pwfile", join(folder, "password"), "--encoding", "UTF8", "--no-locale", "--no-sync"],
  );
  watchOver({ programs, data, folder });
  await Deno.writeTextFile(join(data, "server.crt"), certificate);
  await Deno.writeTextFile(join(data, "server.key"), key, { mode: 0o600 });
  await own(programs, data);
  const pgCtl = (...args: string[]) => run("pg_ctl", "--pgdata", data, "--wait", ...args);
  const log = join(folder, "log");
  const port = await startOnFreePort(async (free) => {
    await Deno.writeTextFile(join(data, "postgresql.auto.conf"), settings(folder, free));
    await pgCtl("start", "--log", log);
  });
  const start = () => pgCtl("start", "--log", log);
  const stop = () => pgCtl("stop", "--mode", "fast");
  const kill = () => pgCtl("stop", "--mode", "immediate");
  const signal = (name: Deno.Signal) => signalAll(join(data, "postmaster.pid"), name);
  const freeze = () => signal("SIGSTOP");
  const thaw = () => signal("SIGCONT");
  const dispose = async () => {
    await kill().catch(() => {});
    await Deno.remove(folder, { recursive: true });
  };
  await say(await outputOf(join(programs.folder, "postgres"), ["--version"]) ?? "PostgreSQL");
  return { host: "127.0.0.1", port, real: { caFile, start, stop, kill, freeze, thaw }, dispose };
}

/** Another time zone than UTC shows that none is taken for granted. */
function settings(folder: string, port: number): string {
  return [
    `port = ${port}`,
    "listen_addresses = '127.0.0.1'",
    `unix_socket_directories = '${folder}'`,
    "fsync = off",
    "full_page_writes = off",
    "shared_buffers = '16MB'",
    "max_connections = 60",
    "timezone = 'Asia/Kolkata'",
    "ssl = on",
    "",
  ].join("\n");
}

/** Another program may take the port between its being found free and its use. */
async function startOnFreePort(start: (port: number) => Promise<void>): Promise<number> {
  for (let attempt = 1;; attempt++) {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    try {
      await start(port);
      return port;
    } catch (error) {
      if (attempt === START_ATTEMPTS) throw error;
    }
  }
}

/** Sends a signal to a server and to the processes that it has started. */
async function signalAll(pidFile: string, signal: Deno.Signal): Promise<void> {
  const pid = Number((await Deno.readTextFile(pidFile)).split("\n")[0]);
  Deno.kill(pid, signal);
  const children = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
  for (const child of children.trim().split(" ")) {
    try {
      Deno.kill(Number(child), signal);
    } catch (error) {
      // It has ended meanwhile.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** Takes the server down when the tests end without doing so, by whatever signal. */
function watchOver(
  { programs, data, folder }: { programs: Programs; data: string; folder: string },
): void {
  const stop = [...programs.asUser, join(programs.folder, "pg_ctl"), "stop", "--mode", "immediate"];
  const script = `trap "" TERM INT HUP
    while kill -0 ${Deno.pid} 2>/dev/null && test -d ${data}; do sleep 1; done
    ${stop.join(" ")} --pgdata ${data}; rm -rf ${folder}`;
  new Deno.Command("sh", { args: ["-c", script], stdin: "null", stdout: "null", stderr: "null" })
    .spawn().unref();
}

/** The server keeps what `pg_ctl` was given as its own, so that a pipe would never end. */
async function runProgram(programs: Programs, command: readonly string[]): Promise<void> {
  const [program = "", ...args] = command;
  const [first = "", ...rest] = [...programs.asUser, join(programs.folder, program), ...args];
  const isControl = program === "pg_ctl";
  const output = await new Deno.Command(first, {
    args: rest,
    cwd: "/",
    stdin: "null",
    stdout: "null",
    stderr: isControl ? "null" : "piped",
  }).output();
  if (output.success) return;
  const reason = isControl ? "see its log" : new TextDecoder().decode(output.stderr);
  throw new Error(`${command.join(" ")} failed: ${reason}`);
}

/** PostgreSQL refuses to run as root. */
async function otherUser(): Promise<string[]> {
  if (Deno.uid() !== 0) return [];
  const user = await idOf("postgres") === null ? "nobody" : "postgres";
  return ["setpriv", `--reuid=${user}`, `--regid=${await groupOf(user)}`, "--clear-groups", "--"];
}

async function own({ asUser }: Programs, folder: string): Promise<void> {
  const user = asUser.find((part) => part.startsWith("--reuid="))?.slice("--reuid=".length);
  if (user === undefined) return;
  const uid = Number(await idOf(user));
  const gid = Number(await groupOf(user));
  await Deno.chown(folder, uid, gid);
  for (const name of await namesIn(folder)) await Deno.chown(join(folder, name), uid, gid);
}

async function idOf(user: string): Promise<string | null> {
  return await outputOf("id", ["-u", user]);
}

async function groupOf(user: string): Promise<string | null> {
  return await outputOf("id", ["-g", user]);
}

async function outputOf(program: string, args: string[]): Promise<string | null> {
  const { success, stdout } = await new Deno.Command(program, { args, stderr: "null" }).output();
  return success ? new TextDecoder().decode(stdout).trim() : null;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map((entry) => entry.name);
  } catch {
    return [];
  }
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((info) => info.isFile, () => false);
}
