import { AppError } from "../../errors.ts";
import { unlessAborted } from "../../upstream/abort.ts";
import { record, text } from "../api/values.ts";
import type { Socket } from "../api/websocket.ts";
import type { Guest } from "../guest/directory.ts";
import type { Pve } from "../pve.ts";

/** How long what a container's terminal shows may take to begin. */
const OPENING_MS = 10_000;

/**
 * Runs some work, but for so many milliseconds at most: then it is given up and undefined.
 *
 * @param options.until gives it up with an error; by default when the call is over
 */
export async function within<T>(
  pve: Pve,
  work: (signal: AbortSignal) => Promise<T>,
  { ms, until = pve.signal }: { ms: number; until?: AbortSignal },
): Promise<T | undefined> {
  const stop = new AbortController();
  const signal = AbortSignal.any([until, stop.signal]);
  let late = false;
  pve.sleep(ms, signal).then(() => {
    late = true;
    stop.abort();
  }, () => {});
  try {
    return await work(signal);
  } catch (error) {
    if (late) return undefined;
    throw error;
  } finally {
    stop.abort();
  }
}

/** The node's terminal proxy hung up instead of opening a terminal. */
export class TerminalClosed extends AppError {}

/** A container's terminal as Proxmox serves it: bytes both ways. */
export class Terminal {
  readonly #socket: Socket;
  #next: Promise<IteratorResult<Uint8Array>> | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** @throws AppError `unavailable` when Proxmox closes it at once, as older versions do to API tokens */
  static async open(pve: Pve, guest: Guest<"lxc">): Promise<Terminal> {
    const { node, vmid } = guest;
    const proxy = record(await pve.post("/nodes/{node}/lxc/{vmid}/termproxy", { node, vmid }));
    const [port, ticket, user] = [text(proxy.port), text(proxy.ticket), text(proxy.user)];
    if (port === undefined || ticket === undefined || user === undefined) {
      throw new AppError("unavailable", "Proxmox's answer names no terminal");
    }
    const path = "/nodes/{node}/lxc/{vmid}/vncwebsocket";
    const socket = await pve.socket(path, { node, vmid }, { port, vncticket: ticket });
    const terminal = new Terminal(socket);
    try {
      await terminal.#enter(pve, `${user}:${ticket}\n`);
      return terminal;
    } catch (error) {
      terminal.close();
      throw error;
    }
  }

  /** What the terminal shows next; undefined when it was closed. */
  async read(signal: AbortSignal): Promise<Uint8Array | undefined> {
    // A connection that breaks is closed as well.
    this.#next ??= this.#socket.messages.next().catch(() => ({ done: true, value: undefined }));
    const { done, value } = await unlessAborted(this.#next, signal);
    this.#next = undefined;
    return done ? undefined : value;
  }

  /** Types ASCII text, at most some kilobytes: what reads it must not get half of a message. */
  type(typed: string): Promise<void> {
    return this.#send(`0:${typed.length}:${typed}`);
  }

  close(): void {
    this.#socket.close();
  }

  async #enter(pve: Pve, login: string): Promise<void> {
    await this.#send(login);
    const answer = await within(pve, (signal) => this.#opening(signal), { ms: OPENING_MS });
    if (answer?.[0] === 0x4f && answer[1] === 0x4b) {
      if (answer.length > 2) this.#unread(answer.subarray(2));
      return;
    }
    throw new TerminalClosed("unavailable", "the terminal was closed before it opened");
  }

  /** That the connection is broken is told by reading. */
  #send(text: string): Promise<void> {
    return this.#socket.send(new TextEncoder().encode(text)).catch(() => {});
  }

  /** The first two bytes, or fewer when it is closed, and what comes along with them. */
  async #opening(signal: AbortSignal): Promise<Uint8Array> {
    let told = new Uint8Array(0);
    while (told.length < 2) {
      const bytes = await this.read(signal);
      if (bytes === undefined) break;
      told = new Uint8Array([...told, ...bytes]);
    }
    return told;
  }

  #unread(bytes: Uint8Array): void {
    this.#next = Promise.resolve({ done: false, value: bytes });
  }
}
