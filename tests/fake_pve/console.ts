import { BareStatus, die } from "./errors.ts";
import { guestOf, isRunning } from "./guests.ts";
import type { FakeGuest } from "./state.ts";
import { FakeShell } from "./terminal.ts";
import { finishTasks, startTask } from "./tasks.ts";
import { type Call, type Handlers, ownerOfCall, type World } from "./world.ts";

interface Ticket {
  readonly vmid: number;
  readonly port: string;
  readonly user: string;
  readonly upid: string;
  /** Milliseconds. */
  readonly until: number;
}

/** One client's end of a terminal. */
export interface FakeClient {
  show(text: string): void;
  close(): void;
}

const TICKET_MS = 10_000;

/** The terminals of the containers: who may open one, and the shell in each. */
export class FakeConsoles {
  readonly #tickets = new Map<string, Ticket>();
  readonly #shells = new Map<number, FakeShell>();

  /** The folder that stands for a container's /tmp. */
  folderOf(vmid: number): string {
    return `${this.#shellOf(vmid).folder}/tmp`;
  }

  issue(ticket: string, what: Ticket): void {
    this.#tickets.set(ticket, what);
  }

  ticket(ticket: string): Ticket | undefined {
    return this.#tickets.get(ticket);
  }

  /** Serves one client; gives what takes its messages, and is told when it has gone. */
  connect(
    world: World,
    given: string,
    client: FakeClient,
  ): { message: (text: string) => void; gone: () => void } {
    const ticket = this.#tickets.get(given);
    const guest = world.state.guests.get(ticket?.vmid ?? 0);
    if (!ticket || !guest) throw new Error("no ticket was issued for this terminal");
    this.#tickets.delete(given);
    const shell = this.#shellOf(guest.vmid);
    const { terminal } = guest;
    const show = (text: string) => client.show(terminal.output?.(text) ?? text);
    let entered = false;
    let cut = false;
    return {
      message: (text) => {
        if (!entered) {
          if (terminal.refuses || text !== `${ticket.user}:${given}\n`) return client.close();
          entered = true;
          client.show("OK");
          return this.#begin(guest, shell, { show, close: () => client.close() });
        }
        const [, size, typed = ""] = /^0:(\d+):([\s\S]*)$/.exec(text) ?? [];
        if (Number(size) !== typed.length) return;
        cut ||= terminal.typed?.(typed) === true;
        if (cut) return client.close();
        if (isRunning(guest)) shell.type(typed);
      },
      gone: () => {
        shell.detach();
        finishTasks(world, ticket.upid);
      },
    };
  }

  close(): void {
    for (const shell of this.#shells.values()) shell.destroy();
    this.#shells.clear();
  }

  #begin(guest: FakeGuest, shell: FakeShell, client: FakeClient): void {
    const { cmode = "tty", hostname = "ct" } = guest.config;
    // Seen on 9.2: a stopped container's terminal opens and then fails.
    if (!isRunning(guest)) return client.close();
    if (guest.terminal.shows !== undefined) return client.show(guest.terminal.shows);
    if (cmode === "tty") {
      client.show(`\r\nDebian GNU/Linux 13 ${hostname} tty1\r\n\r\n${hostname} login: `);
    }
    if (cmode === "shell") shell.attach(client.show, guest.terminal);
  }

  #shellOf(vmid: number): FakeShell {
    const shell = this.#shells.get(vmid) ?? new FakeShell();
    this.#shells.set(vmid, shell);
    return shell;
  }
}

function termproxy(call: Call): unknown {
  const guest = guestOf(call, "lxc");
  const upid = startTask(call, {
    type: "vncproxy",
    id: guest.vmid,
    node: guest.node,
    work: () => {},
  });
  const task = call.state.tasks.find((one) => one.upid === upid);
  if (task) task.polls = Infinity;
  const serial = call.world.next();
  const ticket = `PVEVNC:${serial.toString(16).padStart(8, "0")}::${btoa(`signed ${serial}`)}`;
  const port = String(5900 + serial % 100);
  const user = ownerOfCall(call);
  call.world.consoles.issue(ticket, {
    vmid: guest.vmid,
    port,
    user,
    upid,
    until: call.world.now() + TICKET_MS,
  });
  return { user, ticket, port, upid };
}

function vncwebsocket(call: Call): unknown {
  const guest = guestOf(call, "lxc");
  const port = call.params.text("port");
  const ticket = call.world.consoles.ticket(call.params.text("vncticket"));
  if (!ticket || ticket.vmid !== guest.vmid) {
    throw new BareStatus(401, "permission denied - invalid PVEVNC ticket");
  }
  if (ticket.port !== port || ticket.until < call.world.now()) die("connection refused");
  return { port };
}

export const consoleHandlers: Handlers = {
  "POST /nodes/{node}/lxc/{vmid}/termproxy": termproxy,
  "GET /nodes/{node}/lxc/{vmid}/vncwebsocket": vncwebsocket,
};
