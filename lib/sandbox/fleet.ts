import { AppError } from "../errors.ts";
import { beatsOf, BOARD_BYTES, forgetWorker } from "../siblings/board.ts";
import { redactText } from "../log/redact.ts";
import type { FromSiblings, LineTarget, ToSiblings } from "../siblings/messages.ts";
import type { Place } from "../siblings/siblings.ts";
import { watchPulses } from "./pulses.ts";
import { Restarts, SandboxWorker } from "./worker.ts";

/** What the workers tell besides how they have ended. */
export type FromMember = ToSiblings | { readonly kind: "listening" };

/** Passes a message on, to all or to the first that is there; after one that `ends` the server no worker is started again. */
export type Pass<Message> = (
  message: Message,
  options: { readonly to: "all" | "first"; readonly ends: boolean },
) => void;

/** A server that is to run in several workers, and what they are told. */
export interface FleetTask<Message> {
  /** What each worker runs. */
  readonly module: URL;
  readonly permissions: Deno.PermissionOptions;
  readonly count: number;
  /** The first message of the worker at a place. */
  readonly start: (place: Place) => Message;
  /** Tells a worker to end its calls and itself. */
  readonly stop: Message;
  /** Passes later messages on, to all workers or to the first only, until it is disposed of. */
  readonly listen: (pass: Pass<Message>) => Disposable;
  /** Writes one line, or several with line breaks between them. */
  readonly write: (to: LineTarget, lines: string) => void;
  /** Opens anew what lines go to. */
  readonly reopen: () => void;
  readonly io: { err(line: string): void; readonly now: () => Date };
  /** See `watchPulses`. */
  readonly lookMs?: number | undefined;
}

/**
 * Runs the server in several workers: the first, and when it listens the others. This side serves
 * nothing: it passes on what they tell one another, writes their lines, and starts one that breaks
 * again, more than 5 times a minute in all after a while only. One that has listened before is given up
 * by nobody, since the others may still answer: neither when it breaks nor when it refuses to start.
 *
 * One whose event loop stands still ends the server, once the calls of the others have ended: the runtime
 * cannot end such a worker, which would keep its connections and its part of the port (seen in 2.9.6).
 *
 * @throws AppError `invalid` with what one of them refuses to start for, `internal` when they break for good
 * or one stands still
 */
export async function serveInWorkers<Message>(task: FleetTask<Message>): Promise<void> {
  const fleet = new Fleet(task);
  using _listening = task.listen((message, options) => fleet.pass(message, options));
  using _watching = fleet.watch();
  try {
    await fleet.run();
  } finally {
    fleet.terminate();
  }
}

type Member<Message> = SandboxWorker<Message | FromSiblings, FromMember>;

class Fleet<Message> {
  readonly #task: FleetTask<Message>;
  readonly #memory = new SharedArrayBuffer(BOARD_BYTES);
  readonly #members = new Map<number, Member<Message>>();
  readonly #restarts: Restarts;
  readonly #listening = Promise.withResolvers<void>();
  readonly #ending = Promise.withResolvers<void>();
  /** The places whose worker has listened once. */
  readonly #proven = new Set<number>();
  #isEnding = false;
  #failure: AppError | undefined;

  constructor(task: FleetTask<Message>) {
    this.#task = task;
    this.#restarts = new Restarts(task.io.now);
  }

  async run(): Promise<void> {
    const first = this.#keepUp(0);
    // The first may make the database's tables and finds out what keeps the server from starting.
    const started = await Promise.race([this.#listening.promise.then(() => true), first]);
    if (started === true) {
      const others = Array.from({ length: this.#task.count - 1 }, (_, index) => index + 1);
      await Promise.all([first, ...others.map((index) => this.#keepUp(index))]);
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Gives up a worker that stands still, until the result is disposed of. */
  watch(): Disposable {
    return watchPulses({
      places: () => this.#members.keys(),
      beatsOf: (place) => beatsOf(this.#memory, place),
      onStill: (place, seconds) => this.#giveUp(place, seconds),
      lookMs: this.#task.lookMs,
    });
  }

  pass(message: Message, { to, ends }: Parameters<Pass<Message>>[1]): void {
    this.#isEnding ||= ends;
    if (ends) this.#ending.resolve();
    const first = Math.min(...this.#members.keys());
    for (const [index, member] of this.#members) {
      if (to === "all" || index === first) member.send(message);
    }
  }

  terminate(): void {
    for (const member of this.#members.values()) member.terminate();
    this.#members.clear();
  }

  /** Runs the worker at a place until it ends. */
  async #keepUp(index: number): Promise<void> {
    for (;;) {
      const member = this.#start(index);
      const end = await member.end;
      member.terminate();
      this.#members.delete(index);
      forgetWorker(this.#memory, index);
      for (const other of this.#members.values()) other.send({ kind: "gone", worker: index });
      if (end.kind === "ended" || end.kind === "broke" && this.#isEnding) return;
      const isProven = this.#proven.has(index);
      if (end.kind === "refused" && !isProven) throw new AppError("invalid", end.message);
      const waitMs = isProven ? this.#restarts.noteAndWait() : this.#restarts.note();
      const when = waitMs === 0 ? "" : ` in ${waitMs / 1000} seconds`;
      this.#task.write(
        "stderr",
        `proxmox-mcp: ${this.#nameOf(index)} broke and is started again` +
          `${when}: ${redactText(end.message)}`,
      );
      await this.#unlessEnding(waitMs);
      if (this.#isEnding) return;
    }
  }

  #giveUp(index: number, seconds: number): void {
    const state = `${this.#nameOf(index)} has stood still for ${seconds} seconds`;
    this.#failure ??= new AppError("internal", `Cannot keep the server up: ${state}`);
    this.#task.write(
      "stderr",
      `proxmox-mcp: ${state} and cannot be ended alone: the server ends when the other calls have`,
    );
    this.#members.get(index)?.giveUp();
    this.pass(this.#task.stop, { to: "all", ends: true });
  }

  #nameOf(index: number): string {
    return `worker ${index + 1} of ${this.#task.count}`;
  }

  /** Resolves after so many milliseconds, or when the server is told to end. */
  async #unlessEnding(milliseconds: number): Promise<void> {
    if (milliseconds === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, milliseconds);
    await Promise.race([promise, this.#ending.promise]);
    clearTimeout(timer);
  }

  #start(index: number): Member<Message> {
    const { count, module, permissions, start } = this.#task;
    const onTold = (told: FromMember) => this.#hear(told, index);
    const member = new SandboxWorker<Message | FromSiblings, FromMember>({
      module,
      permissions,
      onTold,
    });
    this.#members.set(index, member);
    member.send(start({ index, count, memory: this.#memory, clock: performance.now() }));
    return member;
  }

  #hear(told: FromMember, from: number): void {
    switch (told.kind) {
      case "listening":
        this.#proven.add(from);
        return this.#listening.resolve();
      case "lines":
        for (const { to, text } of told.lines) this.#task.write(to, text);
        told.written?.postMessage(null);
        told.written?.close();
        return;
      case "reopen":
        return this.#task.reopen();
      case "ask": {
        const { ask, port, to } = told;
        const member = this.#members.get(to);
        const body = ask.kind === "request" ? ask.request.body : null;
        const ports = [port, ...body === null ? [] : [body]];
        if (member !== undefined) return member.send({ kind: "ask", from, ask, port }, ports);
        port.postMessage(null);
        for (const each of ports) each.close();
      }
    }
  }
}
