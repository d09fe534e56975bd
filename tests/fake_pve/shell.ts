import { nameOf } from "./guests.ts";
import type { ExecResult, FakeGuest } from "./state.ts";

type Program = (args: string[], guest: FakeGuest, input: string) => ExecResult;

const programs: Record<string, Program> = {
  true: () => ({ exitcode: 0 }),
  false: () => ({ exitcode: 1 }),
  echo: (args) => ({ exitcode: 0, out: `${args.join(" ")}\n` }),
  cat: (_args, _guest, input) => ({ exitcode: 0, out: input }),
  ls: (_args, guest) => ({ exitcode: 0, out: [...guest.agent.files.keys()].join("\n") }),
  hostname: (_args, guest) => ({ exitcode: 0, out: `${nameOf(guest)}\n` }),
  id: () => ({ exitcode: 0, out: "uid=0(root) gid=0(root) groups=0(root)\n" }),
  uptime: () => ({ exitcode: 0, out: " 10:00:00 up 1 day,  0 users,  load average: 0.00\n" }),
  sleep: ([seconds]) => ({ exitcode: 0, polls: Math.ceil(Number(seconds ?? 0)) }),
  "kill-me": () => ({ signal: 9 }),
  big: () => ({ exitcode: 0, out: "x".repeat(65536), truncated: true }),
  sh: (args, guest, input) => script(args[0] === "-c" ? args[1] ?? "" : input, guest),
};

/** Runs what little the simulated guests understand; "missing" when there is no such binary. */
export function interpret(argv: string[], guest: FakeGuest, input = ""): ExecResult | "missing" {
  const [path = "", ...args] = argv;
  const name = path.split("/").at(-1) ?? "";
  return Object.hasOwn(programs, name)
    ? programs[name]?.(args, guest, input) ?? "missing"
    : "missing";
}

/** A shell that knows a sequence of commands, `>&2` and `exit`. */
function script(text: string, guest: FakeGuest): ExecResult {
  const all = { exitcode: 0, out: "", err: "" };
  for (const line of text.split(/[;\n]/).map((one) => one.trim()).filter((one) => one !== "")) {
    const [program = "", ...args] = line.replace(/\d?>&2/, "").trim().split(/\s+/);
    if (program === "exit") return { ...all, exitcode: Number(args[0] ?? all.exitcode) };
    const result = interpret([program, ...args], guest);
    if (result === "missing") {
      all.err += `sh: ${program}: not found\n`;
      all.exitcode = 127;
      continue;
    }
    all[line.includes(">&2") ? "err" : "out"] += result.out ?? "";
    all.exitcode = result.exitcode ?? 0;
  }
  return all;
}
