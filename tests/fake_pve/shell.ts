import type { ExecResult, FakeGuest } from "./state.ts";
import { nameOf } from "./guests.ts";

const shells = new Set(["sh", "bash", "ash", "dash"]);

interface Progress {
  out: string;
  err: string;
  code: number;
  polls: number;
  ended: boolean;
  result?: ExecResult;
}

function baseName(path: string): string {
  return path.split("/").at(-1) ?? path;
}

/** Runs what little the simulated guests understand; "missing" when there is no such binary. */
export function interpret(argv: string[], guest: FakeGuest, input = ""): ExecResult | "missing" {
  const [program = "", ...args] = argv;
  const name = baseName(program);
  if (shells.has(name)) {
    if (args[0] === "-c" || args[0] === "-lc") return script(args[1] ?? "", guest, input);
    return script(input, guest, "");
  }
  return simple(name, args, guest, input);
}

function simple(
  name: string,
  args: string[],
  guest: FakeGuest,
  input: string,
): ExecResult | "missing" {
  const ok = (out: string): ExecResult => ({ exitcode: 0, out });
  switch (name) {
    case "echo":
      return ok(`${args.join(" ")}\n`);
    case "printf":
      return ok((args[0] ?? "").replaceAll("\\n", "\n"));
    case "true":
    case ":":
      return ok("");
    case "false":
      return { exitcode: 1 };
    case "sleep":
      return { exitcode: 0, polls: Math.ceil(Number(args[0] ?? 0)) };
    case "uname":
      return ok(
        args.includes("-a")
          ? `Linux ${nameOf(guest)} 6.12.107+deb13-cloud-amd64 #1 SMP x86_64 GNU/Linux\n`
          : "Linux\n",
      );
    case "hostname":
      return ok(`${nameOf(guest)}\n`);
    case "whoami":
      return ok("root\n");
    case "id":
      return ok("uid=0(root) gid=0(root) groups=0(root)\n");
    case "uptime":
      return ok(" 10:00:00 up 1 day,  0 users,  load average: 0.00, 0.00, 0.00\n");
    case "ls":
      return ok([...guest.agent.files.keys()].map((path) => `${path}\n`).join(""));
    case "cat":
      return cat(args, guest, input);
    case "kill-me":
      return { signal: 9 };
    case "big":
      return { exitcode: 0, out: "x".repeat(65536), truncated: true };
    default:
      return "missing";
  }
}

function cat(args: string[], guest: FakeGuest, input: string): ExecResult {
  if (!args.length) return { exitcode: 0, out: input };
  const result = { exitcode: 0, out: "", err: "" };
  for (const path of args) {
    const content = guest.agent.files.get(path);
    if (content === undefined) {
      result.exitcode = 1;
      result.err += `cat: ${path}: No such file or directory\n`;
    } else result.out += content;
  }
  return result;
}

function script(text: string, guest: FakeGuest, input: string): ExecResult {
  const state: Progress = { out: "", err: "", code: 0, polls: 0, ended: false };
  let join = ";";
  for (const piece of text.split(/(;|\n|&&|\|\|)/)) {
    if (/^(?:;|\n|&&|\|\|)$/.test(piece)) {
      join = piece;
      continue;
    }
    if (piece.trim() === "" || state.ended) continue;
    if ((join === "&&" && state.code !== 0) || (join === "||" && state.code === 0)) continue;
    runOne(piece.trim(), guest, input, state);
  }
  if (state.result) return state.result;
  return {
    exitcode: state.code,
    out: state.out,
    err: state.err,
    ...(state.polls ? { polls: state.polls } : {}),
  };
}

function runOne(text: string, guest: FakeGuest, input: string, state: Progress): void {
  const toStderr = />&2|1>&2/.test(text);
  const words = split(text.replace(/\d?>&\d/g, "")).map((word) =>
    word.replaceAll("$?", String(state.code))
  );
  const [program = "", ...args] = words;
  if (program === "exit") {
    state.code = Number(args[0] ?? state.code);
    state.ended = true;
    return;
  }
  const result = interpret(words, guest, input);
  if (result === "missing") {
    state.err += `sh: ${program}: not found\n`;
    state.code = 127;
    return;
  }
  if (toStderr) state.err += result.out ?? "";
  else state.out += result.out ?? "";
  state.err += result.err ?? "";
  state.polls += result.polls ?? 0;
  state.code = result.exitcode ?? 0;
  if (result.signal !== undefined || result.truncated) {
    state.result = result;
    state.ended = true;
  }
}

function split(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) =>
    match[1] ?? match[2] ?? match[3] ?? ""
  );
}
