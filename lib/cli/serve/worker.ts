/** The server inside its own worker, with no permissions but those that its config calls for. */
import { AppError, messageOf } from "../../errors.ts";
import { type Io, processIo } from "../io.ts";
import { loadForServe } from "./load_config.ts";
import { holding, lockText } from "../../sandbox/held.ts";
import type { FromMember } from "../../sandbox/fleet.ts";
import type { FromSiblings } from "../../siblings/messages.ts";
import { Lines } from "../../siblings/lines.ts";
import { type Place, Siblings } from "../../siblings/siblings.ts";
import { type Signal, SignalQueue } from "./signals.ts";
import { type Member, runServer } from "./run_server.ts";
import type { FromWorker } from "../../sandbox/worker.ts";
import type { ServeArguments } from "./options.ts";
import { type LocalSpeaker, OVER_HTTP, overStdio } from "./ways.ts";

/** What the worker is told. */
export type ToServer =
  | {
    readonly kind: "start";
    readonly args: ServeArguments;
    /** See LockedServer. */
    readonly local: LocalSpeaker | undefined;
    readonly version: string;
    /** Its place among the workers of a server that has several. */
    readonly place?: Place;
    /** How the process came to be locked. */
    readonly way: Parameters<typeof lockText>[1];
  }
  | FromSiblings
  | { readonly kind: "signal"; readonly signal: Signal };

const BEAT_MS = 1_000;

/** The part of a worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ToServer>) => void) | null;
  postMessage(message: FromWorker | FromMember, transfer?: Transferable[]): void;
}

attach(self as unknown as WorkerScope);

function attach(scope: WorkerScope): void {
  const signals = new SignalQueue();
  let siblings: Siblings | undefined;
  scope.onmessage = ({ data }) => {
    if (data.kind === "signal") return signals.push(data.signal);
    if (data.kind !== "start") return siblings?.hear(data);
    if (data.place) siblings = joined(data.place, scope);
    const lines = new Lines((...told) => scope.postMessage(...told));
    // What it has said before it breaks tells why.
    addEventListener("error", () => lines.flush());
    void serve(data, { signals, member: siblings && memberOf(siblings, { lines, scope }) })
      .then((end) => {
        lines.flush();
        scope.postMessage(end);
      });
  };
}

/** Its place beside the others, who see from now on that it goes on. */
function joined(place: Place, scope: WorkerScope): Siblings {
  const siblings = new Siblings(place, (...told) => scope.postMessage(...told));
  setInterval(() => siblings.board.beat(), BEAT_MS);
  return siblings;
}

/** One whose lines are written by the parent. */
function memberOf(
  siblings: Siblings,
  { lines, scope }: { lines: Lines; scope: WorkerScope },
): Member {
  const flush = () => lines.flush();
  return {
    siblings,
    onListening: () => scope.postMessage({ kind: "listening" }),
    writeError: (line) => lines.push("stderr", line),
    written: () => lines.written(),
    openLog: (to) => ({
      write: (line) => lines.push(to, line),
      reopen: () => {
        flush();
        if (siblings.index === 0) scope.postMessage({ kind: "reopen" });
      },
      close: flush,
    }),
  };
}

async function serve(
  { args, local, version, way }: Extract<ToServer, { kind: "start" }>,
  { signals, member }: { signals: SignalQueue; member: Member | undefined },
): Promise<FromWorker> {
  const io = member === undefined ? processIo() : ioOf(member);
  try {
    await runServer({
      context: { io, version },
      signals,
      way: local === undefined ? OVER_HTTP : overStdio(local),
      load: () => loadForServe(args, io),
      lock: (config) => lockText(holding(config), way),
      ...(member === undefined ? {} : { member }),
    });
    return { kind: "ended" };
  } catch (error) {
    // What was not foreseen ends the worker, and the parent starts another one.
    if (!(error instanceof AppError)) throw error;
    return { kind: "refused", message: messageOf(error) };
  }
}

function ioOf({ writeError }: Member): Io {
  const { writeErr: _, ...io } = processIo();
  return { ...io, err: writeError };
}
