import { BareStatus, die, refuse } from "./errors.ts";
import { agentEnabled, diskSize, guestOf, isRunning, nameOf } from "./guests.ts";
import { interpret } from "./shell.ts";
import type { ExecResult, FakeGuest } from "./state.ts";
import type { Call, Handlers } from "./world.ts";

const largestRead = 16 * 2 ** 20;

/** The guest of the path with an agent that answers. */
function reachable(call: Call): FakeGuest {
  const guest = guestOf(call, "qemu");
  if (!isRunning(guest)) die(`VM ${guest.vmid} is not running`);
  if (!agentEnabled(guest) || !guest.agent.running || guest.paused) {
    die("QEMU guest agent is not running");
  }
  if (guest.agent.error !== undefined) die(`Agent error: ${guest.agent.error}`);
  return guest;
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
  const guest = reachable(call);
  const argv = call.params.list("command");
  if (!argv.length || argv[0] === "") {
    refuse({ command: "property is missing and it is not optional" });
  }
  const input = call.params.maybe("input-data");
  const result = run(call, guest, argv, input === undefined ? undefined : textOf(input));
  if (result === "missing") throw new BareStatus(596, "Broken pipe");
  const pid = guest.agent.nextPid;
  guest.agent.nextPid += 3;
  guest.agent.processes.set(pid, { ...result, polls: result.polls ?? call.state.execPolls });
  return { pid };
}

function execStatus(call: Call): unknown {
  const guest = reachable(call);
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

function readFile(call: Call): unknown {
  const guest = reachable(call);
  const path = call.params.text("file");
  const content = guest.agent.files.get(path);
  if (content === undefined) {
    die(`Agent error: failed to open file '${path}' (mode: 'r'): No such file or directory`);
  }
  const offset = call.params.number("offset") ?? 0;
  const count = Math.min(call.params.number("count") ?? largestRead, largestRead);
  const part = content.slice(offset, offset + count);
  const plain = !call.params.has("decode") || call.params.flag("decode");
  return {
    "bytes-read": part.length,
    content: plain ? part : btoa(part),
    ...(offset + count < content.length ? { truncated: 1 } : {}),
  };
}

function writeFile(call: Call): null {
  const guest = reachable(call);
  const path = call.params.text("file");
  const content = call.params.text("content");
  if (!path.startsWith("/")) {
    die(`Agent error: failed to open file '${path}' (mode: 'wb'): No such file or directory`);
  }
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
    return die("Agent error: Guest agent command failed, error was 'Invalid parameter 'buf-b64'");
  }
}

/** What the system inside calls itself, whatever the VM is named. */
function hostname(call: Call): string {
  const guest = reachable(call);
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
  [`POST ${base}/ping`]: (call) => {
    reachable(call);
    return { result: {} };
  },
  [`GET ${base}/info`]: (call) => {
    reachable(call);
    const commands = [{ name: "guest-ping", enabled: true, "success-response": true }];
    return { result: { version: "10.0.2", supported_commands: commands } };
  },
  [`GET ${base}/get-osinfo`]: (call) => ({ result: reachable(call).agent.osinfo }),
  [`GET ${base}/get-host-name`]: (call) => ({ result: { "host-name": hostname(call) } }),
  [`GET ${base}/get-fsinfo`]: (call) => ({ result: filesystems(reachable(call)) }),
  [`GET ${base}/network-get-interfaces`]: (call) => ({ result: reachable(call).agent.interfaces }),
  [`POST ${base}/exec`]: exec,
  [`GET ${base}/exec-status`]: execStatus,
  [`GET ${base}/file-read`]: readFile,
  [`POST ${base}/file-write`]: writeFile,
};
