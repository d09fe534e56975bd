import { AppError } from "../../errors.ts";
import { noGuest } from "../../proxmox/guest/guest_directory.ts";
import type { AnyTool } from "../../tool/tool.ts";
import type { CallRequest } from "../call_request.ts";
import type { CallServices } from "../call_services.ts";
import { cannot } from "../cannot.ts";
import { coverageOfCall } from "./coverage.ts";
import { LookUp } from "./look_up.ts";
import { reachedIn } from "./reached.ts";
import { type Reference, referencesIn } from "./references.ts";
import { lookUpTask } from "./task_look_up.ts";

/** Where a call is carried out. */
export type Place =
  | {
    readonly kind: "one";
    /** Undefined where there is one only. */
    readonly cluster: string | undefined;
    /** The same, but for what is about none, and where any would do. */
    readonly meant: string | undefined;
    /** What the caller must be told of how it was found. */
    readonly warnings: readonly string[];
  }
  | { readonly kind: "all"; readonly clusters: readonly string[] };

interface Meant {
  readonly tool: AnyTool;
  readonly input: Readonly<Record<string, unknown>>;
  readonly dryRun: boolean;
  readonly named: string | undefined;
  readonly visible: readonly string[];
}

/**
 * Where a call is carried out: in the cluster that it names, else in the one that has what it names, else, for
 * what covers several, in all.
 *
 * @throws AppError `conflict` for a guest, or a task, that is in several, `unavailable` when one that does not answer may
 * have it too and it would be lost, `not_found` when none has it, `invalid` when nothing tells which
 */
export async function placeOf(
  services: CallServices,
  request: CallRequest,
  meant: Meant & { readonly action: string },
): Promise<Place> {
  try {
    return await look(services, request, meant);
  } catch (error) {
    throw cannot(meant.action, error);
  }
}

async function look(services: CallServices, request: CallRequest, meant: Meant): Promise<Place> {
  const { named, tool, visible } = meant;
  const [first] = visible;
  const coverage = coverageOfCall(tool, meant.input);
  if (named !== undefined) {
    if (coverage !== "none") return in_(named);
    throw new AppError("invalid", `leave out cluster (${named}): it is about none`);
  }
  if (first === undefined) return in_(undefined);
  const anywhere: Place = { ...in_(first), meant: undefined };
  if (coverage === "none") return anywhere;
  const references = referencesIn(tool, meant.input);
  if (coverage === "any") {
    // Only a name has to be looked up.
    const named = references.filter(({ guest }) => typeof guest === "string");
    if (visible.length === 1 || named.length === 0) return anywhere;
    return await find(services, request, { ...meant, references: named });
  }
  if (visible.length === 1) return in_(first);
  const all: Place = { kind: "all", clusters: visible };
  if (coverage === "each") return all;
  if (coverage === "one") return await find(services, request, { ...meant, references });
  // Whatever else a list is asked for is looked for everywhere.
  const guests = references.filter(({ guest }) => guest !== undefined);
  if (guests.length === 0) return all;
  return await find(services, request, { ...meant, references: guests, otherwise: all });
}

async function find(
  services: CallServices,
  request: CallRequest,
  { tool, dryRun, visible, references, otherwise }: Meant & {
    readonly references: readonly Reference[];
    /** Where it is carried out when none has what it names. */
    readonly otherwise?: Place;
  },
): Promise<Place> {
  if (references.length === 0) throw new AppError("invalid", nameOne(visible));
  const isMissing = (reference: Reference) => seen.having(reference).length === 0;
  const destroys = tool.hints.destructiveHint && !dryRun;
  let seen = await LookUp.in(services, request, { clusters: visible, fresh: destroys });
  // A guest may be newer than what was read a moment ago.
  if (references.some(isMissing)) seen = await seen.anew();
  const missing = references.filter(isMissing);
  const known = references.filter((reference) => !isMissing(reference));
  const [lost] = missing;
  if (lost !== undefined && (known.length === 0 || lost.guest !== undefined)) {
    if (otherwise !== undefined) return otherwise;
    if (seen.silent.length > 0) {
      const state = `no cluster that answered has ${lost.told}`;
      throw new AppError("unavailable", `${state}; ${seen.whySilent}`);
    }
    if (known.length === 0) throw await nowhere(services, request, { lost, visible });
  }
  const clusters = common(known, seen);
  const [cluster] = clusters;
  const task = known.find(({ task }) => task !== undefined)?.task;
  if (task !== undefined && clusters.length + seen.silent.length > 1) {
    return await placeOfTask(services, request, { task, clusters, seen });
  }
  if (clusters.length !== 1) throw ambiguous(known, { clusters, seen });
  if (seen.silent.length === 0) return in_(cluster);
  const told = known.map(({ told }) => told).join(" and ");
  const doubt = `${seen.whySilent}; whether ${told} is there too is not known`;
  if (destroys) {
    throw new AppError("unavailable", `${doubt}: name the cluster, such as ${cluster}`);
  }
  return { ...in_(cluster), warnings: [doubt] };
}

/** No two tasks have one UPID: who knows it is the one, whatever others do not say. */
async function placeOfTask(
  services: CallServices,
  request: CallRequest,
  { task, clusters, seen }: { task: string; clusters: readonly string[]; seen: LookUp },
): Promise<Place> {
  const { having, whySilent } = await lookUpTask(services, request, { upid: task, clusters });
  const [cluster, another] = having;
  if (another !== undefined) {
    const state = `the task is known in ${having.join(" and in ")}`;
    throw new AppError("conflict", `${state}: ${nameOne(having)}`);
  }
  if (cluster !== undefined) return in_(cluster);
  const why = [whySilent, seen.whySilent].filter((each) => each !== "").join("; ");
  if (why === "") throw new AppError("not_found", "no cluster knows this task");
  throw new AppError("unavailable", `no cluster that answered knows this task; ${why}`);
}

/** The clusters that have all of them, or else what tells most. */
function common([first, ...others]: readonly Reference[], seen: LookUp): string[] {
  let clusters = first === undefined ? [] : seen.having(first);
  for (const other of others) {
    const both = clusters.filter((cluster) => seen.having(other).includes(cluster));
    if (both.length > 0) clusters = both;
    else if (other.guest !== undefined) return [];
  }
  return clusters;
}

function ambiguous(
  references: readonly Reference[],
  { clusters, seen }: { clusters: readonly string[]; seen: LookUp },
): AppError {
  const guests = references.filter(({ guest }) => guest !== undefined);
  const places = (guests.length > 0 ? guests : references.slice(0, 1)).map((reference) =>
    `${reference.told} is in ${seen.having(reference).join(" and in ")}`
  );
  const code = guests.length > 0 ? "conflict" : "invalid";
  const next = clusters.length === 0 ? "a call is about one cluster" : nameOne(clusters);
  return new AppError(code, `${places.join("; ")}: ${next}`);
}

function nameOne(clusters: readonly string[]): string {
  return `name the cluster: ${clusters.slice(0, -1).join(", ")} or ${clusters.at(-1)}`;
}

/** What is told where there is one cluster. */
async function nowhere(
  services: CallServices,
  request: CallRequest,
  { lost, visible: [cluster] }: { lost: Reference; visible: readonly string[] },
): Promise<AppError> {
  const { advice } = await reachedIn(services, { ...request, cluster });
  if (lost.guest === undefined) {
    return new AppError("not_found", `no cluster has ${lost.told}; ${advice[lost.listed]}`);
  }
  const { limits } = request.principal;
  const whose = limits === null ? "" : " within the token's limits";
  return noGuest(lost.guest, { whose, names: [], advice });
}

function in_(cluster: string | undefined): Extract<Place, { kind: "one" }> {
  return { kind: "one", cluster, meant: cluster, warnings: [] };
}
