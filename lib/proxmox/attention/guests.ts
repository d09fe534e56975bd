import { oncePer } from "../../once_per.ts";
import { isKind } from "../api/errors.ts";
import { flag, text } from "../api/values.ts";
import { clip } from "../clip.ts";
import { type Guest, guestLabel, isVm } from "../guest/directory.ts";
import { readSettings, type Settings, waitingKeys } from "../guest/pending.ts";
import { currentState } from "../guest/power.ts";
import { agentEnabled } from "../guest/properties.ts";
import { readSnapshots } from "../guest/snapshots.ts";
import type { Reader } from "../kept_reader.ts";
import type { Pve } from "../pve.ts";
import { daysSince, type Finding, placeOf, type Probe, type Unread } from "./finding.ts";
import type { Marks } from "./marks.ts";

/** A volume that a guest's configuration keeps though no drive uses it. */
export interface Detached {
  readonly guest: Guest;
  /** `unused0`. */
  readonly key: string;
}

interface GuestProbes {
  readonly probes: readonly Probe[];
  readonly unread: readonly Unread[];
  /** By volume; complete when the probes have run. */
  readonly detached: ReadonlyMap<string, Detached>;
}

/** What can only be asked guest by guest: of at most `max` guests for each question. */
export function readGuests(
  pve: Pve,
  { guests, max, marks }: { guests: readonly Guest[]; max: number; marks: Marks },
): GuestProbes {
  const detached = new Map<string, Detached>();
  const running = guests.filter(isVm).filter(({ status }) => status === "running");
  const reader = ({ vmid }: Guest) => pve.keeping({ mark: marks.ofGuest(vmid), vmid });
  const settingsOf = oncePer((guest: Guest) => readSettings(reader(guest), guest));
  const questions: [part: string, of: readonly Guest[], (guest: Guest) => Promise<Finding[]>][] = [
    [
      "settings",
      guests,
      async (guest) => waitingSettings(guest, await settingsOf(guest), detached),
    ],
    ["snapshots", guests, (guest) => oldSnapshots(reader(guest), guest)],
    ["guest agents", running, async (guest) => {
      const enabled = await settingsOf(guest).then(
        (settings) => agentEnabled(settings.get("agent")?.value),
        // Its own status tells as much.
        async () => flag((await currentState(reader(guest), guest)).row.agent),
      );
      return enabled ? await deadAgent(pve, guest, reader(guest)) : [];
    }],
  ];
  return {
    probes: questions.flatMap(([part, of, read]) =>
      of.slice(0, max).map((guest) => ({ part, of: guestLabel(guest), read: () => read(guest) }))
    ),
    unread: questions.filter(([, of]) => of.length > max).map(([part, of]) => ({
      part,
      of: `${of.length - max} of ${of.length} guests`,
      reason: `only the first ${max} by vmid are asked; see max_guests`,
    })),
    detached,
  };
}

/** What of a guest's settings is not what it runs with; notes which volumes are attached to nothing. */
function waitingSettings(
  guest: Guest,
  settings: Settings,
  detached: Map<string, Detached>,
): Finding[] {
  for (const [key, { value }] of settings) {
    const volid = text(value)?.split(",")[0];
    if (/^unused\d+$/.test(key) && volid) detached.set(volid, { guest, key });
  }
  const keys = waitingKeys(settings).sort();
  if (keys.length === 0 || guest.status === "stopped") return [];
  const list = clip(keys.join(", "), 100);
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

async function oldSnapshots(pve: Reader, guest: Guest): Promise<Finding[]> {
  const { snapshots } = await readSnapshots(pve, guest);
  return snapshots.flatMap(({ name, time = "" }): Finding[] => {
    const days = daysSince(pve, time);
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

async function deadAgent(pve: Pve, guest: Guest, reader: Reader): Promise<Finding[]> {
  const { node, vmid } = guest;
  try {
    await reader.get("/nodes/{node}/qemu/{vmid}/agent/info", { node, vmid });
    return [];
  } catch (error) {
    if (!isKind(error, "agent_away", "not_running")) throw error;
    // It may have been stopped or paused since it was listed.
    if ((await currentState(pve, guest)).status !== "running") return [];
    const what = "the guest agent is enabled but does not answer: install or start it in the guest";
    const where = placeOf(guest);
    return [{
      kind: "agent_dead",
      severity: "info",
      what,
      where,
      alike: { of: "guests", what, who: where },
    }];
  }
}
