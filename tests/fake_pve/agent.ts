import { BareStatus, die } from "./errors.ts";
import { agentEnabled, diskSize, guestOf, isRunning, nameOf } from "./guests.ts";
import { interpret } from "./shell.ts";
import type { ExecResult, FakeGuest } from "./state.ts";
import type { Call, Handlers } from "./world.ts";

const largestRead = 16 * 2 ** 20;

/** What is carried out while file systems are frozen. */
const whileFrozen = ["guest-ping", "guest-info", "guest-fsfreeze-status", "guest-fsfreeze-thaw"];

/** The guest of the path with an agent that answers. */
function reachable(call: Call): FakeGuest {
  const guest = guestOf(call, "qemu");
  if (guest.config.agent === undefined) die("No QEMU guest agent configured");
  if (!isRunning(guest)) die(`VM ${guest.vmid} is not running`);
  const { deaf, running } = guest.agent;
  if (!agentEnabled(guest) || !running || deaf || guest.paused) {
    die("QEMU guest agent is not running");
  }
  return guest;
}

function refusalOf({ agent }: FakeGuest, command: string): string | undefined {
  const blocked = agent.frozen && !whileFrozen.includes(command) ||
    agent.blocked?.includes(command);
  return blocked ? `Command ${command} has been disabled: the command is not allowed` : agent.error;
}

/**
 * The guest of a command with parameters.
 *
 * @param handed what of the request may be beyond ASCII: `PVE::QMPClient` cuts the request short by the bytes
 * that this takes above one a character; without its line's end alone it is still understood
 */
function commanded(call: Call, command: string, handed: readonly string[] = []): FakeGuest {
  const guest = reachable(call);
  const given = handed.join("");
  if (bytes(given).length - [...given].length > 1) {
    guest.agent.deaf = true;
    die(`VM ${guest.vmid} qga command '${command}' failed - got timeout`);
  }
  const error = refusalOf(guest, command);
  if (error !== undefined) die(`Agent error: ${error}`);
  return guest;
}

/** A command without parameters, of which Proxmox hands on also an error as the result. */
function plain(
  command: string,
  answer: (guest: FakeGuest) => unknown,
): (call: Call) => { result: unknown } {
  return (call) => {
    const guest = reachable(call);
    const desc = refusalOf(guest, command);
    return {
      result: desc === undefined ? answer(guest) : { error: { class: "CommandNotFound", desc } },
    };
  };
}

function run(
  call: Call,
  guest: FakeGuest,
  argv: string[],
  input: string | undefined,
): ExecResult | "missing" {
  return call.state.exec?.(argv, guest, input) ?? interpret(argv, guest, input);
}

function exec(call: Call): unknown {
  const argv = call.params.list("command");
  const input = call.params.maybe("input-data");
  const guest = commanded(call, "guest-exec", argv);
  if (!argv.length) {
    if (input === undefined) die("command or input-data (or both) required");
    die("Agent error: Invalid parameter type for 'path', expected: string");
  }
  const result = run(call, guest, argv, input === undefined ? undefined : textOf(input));
  if (result === "missing") throw new BareStatus(596, "Broken pipe");
  const pid = guest.agent.nextPid;
  guest.agent.nextPid += 3;
  guest.agent.processes.set(pid, { ...result, polls: result.polls ?? call.state.execPolls });
  return { pid };
}

function execStatus(call: Call): unknown {
  const guest = commanded(call, "guest-exec-status");
  const pid = call.params.number("pid") ?? 0;
  const process = guest.agent.processes.get(pid);
  if (!process) die("Agent error: PID ld does not exist");
  if (process.polls > 0) {
    process.polls--;
    return { exited: 0 };
  }
  guest.agent.processes.delete(pid);
  const cut = process.truncated ? 1 : 0;
  return {
    exited: 1,
    ...(process.signal === undefined
      ? { exitcode: process.exitcode ?? 0 }
      : { signal: process.signal }),
    ...(process.out ? { "out-data": bytes(process.out) } : {}),
    ...(process.err ? { "err-data": bytes(process.err) } : {}),
    "out-truncated": cut,
    "err-truncated": cut,
  };
}

/** Paths start at `/`, where the agent runs. */
function pathOf(call: Call): { given: string; path: string } {
  const given = call.params.text("file");
  return { given, path: given.startsWith("/") || given === "" ? given : `/${given}` };
}

const folders = ["/", "/etc", "/root", "/srv", "/tmp", "/var"];

function isFolder({ agent }: FakeGuest, path: string): boolean {
  return folders.includes(path) ||
    [...agent.files.keys()].some((file) => file.startsWith(`${path}/`));
}

function readFile(call: Call): unknown {
  const { given, path } = pathOf(call);
  const guest = commanded(call, "guest-file-open", [given]);
  if (isFolder(guest, path)) die("Agent error: failed to read file: Is a directory");
  const content = guest.agent.files.get(path);
  if (content === undefined) {
    die(`Agent error: failed to open file '${given}' (mode: 'r'): No such file or directory`);
  }
  const offset = call.params.number("offset") ?? 0;
  const count = Math.min(call.params.number("count") ?? largestRead, largestRead);
  const part = content.slice(offset, offset + count);
  const plain = !call.params.has("decode") || call.params.flag("decode");
  return {
    "bytes-read": part.length,
    content: plain ? part : btoa(part),
    // The end is seen only by who reads beyond it.
    ...(part.length === count ? { truncated: 1 } : {}),
  };
}

function writeFile(call: Call): null {
  const { given, path } = pathOf(call);
  const guest = commanded(call, "guest-file-open", [given]);
  const content = call.params.text("content");
  const why = isFolder(guest, path)
    ? "Is a directory"
    : isFolder(guest, path.slice(0, path.lastIndexOf("/")) || "/")
    ? undefined
    : "No such file or directory";
  if (why !== undefined) die(`Agent error: failed to open file '${given}' (mode: 'wb'): ${why}`);
  guest.agent.files.set(
    path,
    call.params.has("encode") && !call.params.flag("encode") ? decoded(content) : bytes(content),
  );
  return null;
}

function bytes(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}

/** Standard input as the program in the guest gets it: Perl's base64 knows bytes only. */
function textOf(input: string): string {
  const codes = Array.from(input, (character) => character.charCodeAt(0));
  if (codes.some((code) => code > 0xff)) {
    die("Wide character in subroutine entry at /usr/share/perl5/PVE/QemuServer/Agent.pm line 92.");
  }
  return new TextDecoder().decode(Uint8Array.from(codes));
}

function decoded(content: string): string {
  try {
    return atob(content);
  } catch {
    return die("Agent error: Base64 data contains invalid characters");
  }
}

/** What the system inside calls itself, whatever the VM is named. */
function hostname(guest: FakeGuest): string {
  return guest.agent.files.get("/etc/hostname")?.trim() ?? nameOf(guest);
}

function filesystems(guest: FakeGuest): unknown[] {
  const total = diskSize(guest);
  return [{
    name: "sda1",
    mountpoint: "/",
    type: "ext4",
    "total-bytes": total,
    "used-bytes": Math.round(total * guest.load.disk),
    disk: [],
  }];
}

const base = "/nodes/{node}/qemu/{vmid}/agent";

export const agentHandlers: Handlers = {
  [`POST ${base}/ping`]: plain("guest-ping", () => ({})),
  [`GET ${base}/info`]: plain("guest-info", () => ({
    version: "10.0.2",
    supported_commands: [{ name: "guest-ping", enabled: true, "success-response": true }],
  })),
  [`GET ${base}/get-osinfo`]: plain("guest-get-osinfo", ({ agent }) => agent.osinfo),
  [`GET ${base}/get-host-name`]: plain("guest-get-host-name", (guest) => ({
    "host-name": hostname(guest),
  })),
  [`GET ${base}/get-fsinfo`]: plain("guest-get-fsinfo", filesystems),
  [`GET ${base}/network-get-interfaces`]: plain(
    "guest-network-get-interfaces",
    ({ agent }) => agent.interfaces,
  ),
  [`POST ${base}/fsfreeze-status`]: plain(
    "guest-fsfreeze-status",
    ({ agent }) => agent.frozen ? "frozen" : "thawed",
  ),
  [`POST ${base}/fsfreeze-freeze`]: plain("guest-fsfreeze-freeze", ({ agent }) => {
    agent.frozen = true;
    return 1;
  }),
  [`POST ${base}/fsfreeze-thaw`]: plain("guest-fsfreeze-thaw", ({ agent }) => {
    const was = agent.frozen ? 1 : 0;
    agent.frozen = false;
    return was;
  }),
  [`POST ${base}/exec`]: exec,
  [`GET ${base}/exec-status`]: execStatus,
  [`GET ${base}/file-read`]: readFile,
  [`POST ${base}/file-write`]: writeFile,
};
