import { oncePer } from "../../once_per.ts";
import { isKind } from "../api/errors.ts";
import { flag, text } from "../api/values.ts";
import { clip } from "../clip.ts";
import { type Guest, guestLabel, isVm } from "../guest/directory.ts";
import { readSettings, waitingKeys } from "../guest/pending.ts";
import { currentState } from "../guest/power.ts";
import { agentEnabled } from "../guest/properties.ts";
import { readSnapshots } from "../guest/snapshots.ts";
import type { KeptReader, Reader } from "../kept_reader.ts";
import type { Pve } from "../pve.ts";
import { daysSince, type Finding, placeOf, type Probe, type Unread } from "./finding.ts";
import type { Marks } from "./marks.ts";

/** A volume that a guest's configuration keeps though no drive uses it. */
export interface Detached {
  readonly guest: Guest;
  /** `unused0`. */
  readonly key: string;
}

/** How much may be asked guest by guest. */
export interface Bounds {
  /** Of so many guests for each question. */
  readonly max: number;
  /**
   * How many of them are asked anew, where a call is about more clusters than can be asked at once: those that
   * were not asked for longest. What is kept is told of the others, up to an hour old. Without it all are.
   */
  readonly anew?: number | undefined;
}

interface GuestProbes {
  readonly probes: readonly Probe[];
  readonly unread: readonly Unread[];
  /** By volume; complete when the probes have run. */
  readonly detached: ReadonlyMap<string, Detached>;
}

/** What can only be asked guest by guest. */
export function readGuests(
  pve: Pve,
  { guests, marks, bounds: { max, anew } }: {
    guests: readonly Guest[];
    marks: Marks;
    bounds: Bounds;
  },
): GuestProbes {
  const detached = new Map<string, Detached>();
  const ofFleet = anew !== undefined;
  const running = guests.filter(isVm).filter(({ status }) => status === "running");
  const reader = oncePer(({ vmid }: Guest) =>
    pve.keeping({ mark: marks.ofGuest(vmid), vmid, ofFleet })
  );
  const settingsOf = oncePer((guest: Guest) => settledSettings(reader(guest), guest));
  const questions: [part: Part, of: readonly Guest[], (guest: Guest) => Promise<Finding[]>][] = [
    ["settings", guests, async (guest) => {
      const settings = await settingsOf(guest);
      for (const [key, volid] of settings.unused) detached.set(volid, { guest, key });
      return waitingSettings(guest, settings);
    }],
    ["snapshots", guests, (guest) => oldSnapshots(reader(guest), guest)],
    ["guest agents", running, async (guest) => {
      const enabled = await settingsOf(guest).then(
        ({ hasAgent }) => hasAgent,
        // Its own status tells as much.
        async () => flag((await currentState(reader(guest), guest)).row.agent),
      );
      return enabled && await hasDeadAgent(pve, guest, { reader: reader(guest), ofFleet })
        ? [deadAgent(guest)]
        : [];
    }],
  ];
  const first = questions.flatMap(([, of]) => of.slice(0, max));
  const chosen = ofFleet ? longestUnasked([...new Set(first)], { reader, most: anew }) : undefined;
  const isAsked = (part: Part, guest: Guest) =>
    chosen === undefined || chosen.has(guest) || lastAsked(reader(guest), part) === Infinity;
  const left = new Map<Part, string>();
  const probes = questions.flatMap(([part, of, read]) => {
    const within = of.slice(0, max);
    const asked = within.filter((guest) => isAsked(part, guest));
    if (asked.length < within.length) {
      left.set(part, `${within.length - asked.length} of ${of.length} guests`);
    }
    return asked.map((guest) => ({ part, of: guestLabel(guest), read: () => read(guest) }));
  });
  return {
    probes,
    unread: [
      ...[...Map.groupBy(left, ([, of]) => of)].map(([of, parts]) => ({
        part: parts.map(([part]) => part).join(", "),
        of,
        reason: LEFT,
      })),
      ...questions.filter(([, of]) => of.length > max).map(([part, of]) => ({
        part,
        of: `${of.length - max} of ${of.length} guests`,
        reason: `only the first ${max} by vmid are asked; see max_guests`,
      })),
    ],
    detached,
  };
}

const LEFT =
  "not looked at yet: later calls do, a few at a time; one that names the cluster does now";

type Part = "settings" | "snapshots" | "guest agents";

/** See `KeptReader.lastWorkedOut`: of an agent it is asked with the settings, which tell whether there is one. */
function lastAsked(reader: KeptReader, part: Part): number {
  return reader.lastWorkedOut(part === "guest agents" ? "settings" : part);
}

/** The guests that were not asked for longest, without those of which all is kept. */
function longestUnasked(
  guests: readonly Guest[],
  { reader, most }: { reader: (guest: Guest) => KeptReader; most: number },
): ReadonlySet<Guest> {
  const at = guests.map((guest) => {
    const each = reader(guest);
    return { guest, at: Math.min(lastAsked(each, "settings"), lastAsked(each, "snapshots")) };
  });
  const anew = at.filter((each) => each.at < Infinity).sort((a, b) =>
    a.at === b.at ? 0 : a.at - b.at
  );
  return new Set(anew.slice(0, most).map(({ guest }) => guest));
}

/** What matters of a guest's settings. */
interface SettledSettings {
  readonly waiting: readonly string[];
  readonly unused: readonly (readonly [key: string, volid: string])[];
  readonly hasAgent: boolean;
}

function settledSettings(reader: KeptReader, guest: Guest): Promise<SettledSettings> {
  return reader.workedOut("settings", async (pve) => {
    const settings = await readSettings(pve, guest);
    return {
      waiting: waitingKeys(settings).sort(),
      unused: [...settings].flatMap(([key, { value }]) => {
        const volid = text(value)?.split(",")[0];
        return /^unused\d+$/.test(key) && volid ? [[key, volid] as const] : [];
      }),
      hasAgent: agentEnabled(settings.get("agent")?.value),
    };
  });
}

/** What of a guest's settings is not what it runs with. */
function waitingSettings(guest: Guest, { waiting }: SettledSettings): Finding[] {
  if (waiting.length === 0 || guest.status === "stopped") return [];
  const list = clip(waiting.join(", "), 100);
  return [{
    kind: "config_waits",
    severity: "info",
    what: `runs with other settings than its configuration has, until its next start: ${list}`,
    where: placeOf(guest),
    alike: {
      of: "guests",
      what: "run with other settings than their configurations have, until their next start",
      who: placeOf(guest),
      detail: list,
    },
  }];
}

const OLD_SNAPSHOT_DAYS = 30;

async function oldSnapshots(reader: KeptReader, guest: Guest): Promise<Finding[]> {
  const taken = await reader.workedOut("snapshots", async (pve) => {
    const { snapshots } = await readSnapshots(pve, guest);
    return snapshots.map(({ name, time = "" }) => ({ name, time }));
  });
  return taken.flatMap(({ name, time }): Finding[] => {
    const days = daysSince(reader, time);
    if (!(days > OLD_SNAPSHOT_DAYS)) return [];
    return [{
      kind: "snapshot",
      severity: "info",
      what: `snapshot ${name} is ${Math.floor(days)} days old`,
      where: `${placeOf(guest)} snapshot ${name}`,
      since: time,
      alike: {
        of: "guests",
        what: `have snapshots older than ${OLD_SNAPSHOT_DAYS} days`,
        who: placeOf(guest),
        detail: `${name}, ${Math.floor(days)} days`,
      },
    }];
  });
}

/** Whether it is enabled and does not answer. For a fleet that is kept too, else only that it does answer. */
async function hasDeadAgent(
  pve: Pve,
  guest: Guest,
  { reader, ofFleet }: { reader: KeptReader; ofFleet: boolean },
): Promise<boolean> {
  const { node, vmid } = guest;
  const answers = async (pve: Reader) => {
    await pve.get("/nodes/{node}/qemu/{vmid}/agent/info", { node, vmid });
    return true;
  };
  return ofFleet
    ? await reader.workedOut("dead agent", (pve) => isDead(pve, guest, () => answers(pve)))
    : await isDead(pve, guest, () => reader.workedOut("agent", answers));
}

async function isDead(pve: Reader, guest: Guest, ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return false;
  } catch (error) {
    if (!isKind(error, "agent_away", "not_running")) throw error;
    // It may have been stopped or paused since it was listed.
    return (await currentState(pve, guest)).status === "running";
  }
}

function deadAgent(guest: Guest): Finding {
  const what =
    "the guest agent is enabled but does not answer: install, start or restart it in the guest";
  const where = placeOf(guest);
  return {
    kind: "agent_dead",
    severity: "info",
    what,
    where,
    alike: { of: "guests", what, who: where },
  };
}
