import { randomInt } from "node:crypto";
import { digestOf } from "../../audit/digest.ts";
import type { Principal } from "../../auth/principal.ts";
import type { Plan, Plans } from "../../database/plans.ts";
import { AppError } from "../../errors.ts";
import { boundedJson } from "../../log/redact.ts";
import type { PlanDesk } from "../../tool/plans.ts";
import type { AnyTool } from "../../tool/tool.ts";
import type { CallRequest } from "../call_request.ts";
import type { CallServices } from "../call_services.ts";
import type { Catalog } from "../catalog.ts";
import { cannot } from "../cannot.ts";
import { inCluster, type Subject } from "../consent.ts";
import { Denied } from "../denied.ts";
import { proxmoxIn } from "../clusters/reached.ts";
import { rehearse } from "../rehearsal.ts";
import { type Allow, allowing, followOnly, outdated } from "./allowing.ts";
import { basisOf, differences, guestsOf, requireSeen, type Shown } from "./basis.ts";
import { guestsBeyond } from "./beyond.ts";
import { type Announce, deskOf } from "./desk.ts";

/** What a call may do that may need somebody's approval. */
export type Gate =
  | { readonly kind: "held"; readonly plan: Plan; readonly vmids: readonly number[] }
  | {
    readonly kind: "run";
    /** Who released it; undefined where nobody had to. */
    readonly by: string | undefined;
    readonly allow: Allow;
  };

const EXPIRES_MS = 15 * 60 * 1000;
const MOST_SHOWN_BYTES = 65_536;
/** Without those that are mistaken for one another. */
const ID_CHARACTERS = "abcdefghjkmnpqrstuvwxyz23456789";
const ID_LENGTH = 10;

/** Changes that run only after somebody else has released them. */
export class Approvals {
  readonly #plans: Plans;
  readonly #now: () => Date;
  #tags: ReadonlySet<string>;

  /** @param options.tags guests that bear one of these are changed with approval only */
  constructor(
    { plans, now, tags }: { plans: Plans; now: () => Date; tags: readonly string[] },
  ) {
    this.#plans = plans;
    this.#now = now;
    this.#tags = lowerCase(tags);
  }

  setTags(tags: readonly string[]): void {
    this.#tags = lowerCase(tags);
  }

  sweep(): Promise<void> {
    return this.#plans.sweep();
  }

  /** The plans as this caller may deal with them; `announce` makes durable what is about to be decided. */
  deskOf(
    principal: Principal,
    catalog: Catalog,
    announce: Announce = () => Promise.resolve(),
  ): PlanDesk {
    return deskOf(this.#plans, { principal, catalog, announce });
  }

  /**
   * What a call that changes something may do; undefined where nothing needs approval.
   *
   * @throws Denied when its plan was denied; AppError `conflict` when what its plan rests on has changed,
   * or when a precondition does not hold: nobody is asked about what cannot be done
   */
  async gate(
    services: CallServices,
    request: CallRequest,
    subject: Subject,
  ): Promise<Gate | undefined> {
    const { principal } = request;
    const always = principal.limits?.needsApproval ?? false;
    if (subject.tool.hints.readOnlyHint || (!always && this.#tags.size === 0)) return undefined;
    const shown = await rehearse(services, request, {
      action: subject.action,
      look: async (context): Promise<Shown | "follows" | undefined> => {
        const { tool, input } = subject;
        const { pve } = context;
        const change = services.identical.of(principal, {
          cluster: request.cluster,
          tool: tool.name,
          input,
        });
        // Whoever follows a task that is under way changes nothing.
        if (await change?.isUnderWay(pve)) return "follows";
        await tool.run({ ...input, dry_run: true }, context);
        const rows = await proxmoxIn(services, request).resourcesFor(request);
        const guests = guestsOf(pve, rows);
        const needed = always
          ? pve.plan.requests.length > 0
          : [...guests, ...await guestsBeyond(services, request, pve)]
            .some(({ tags }) => this.#isMarked(tags));
        if (!needed) return requireSeen(pve, rows);
        const failed = pve.plan.checks.find(({ ok }) => !ok);
        if (failed) throw new AppError("conflict", failed.detail ?? failed.check);
        const about = await tool.about?.(input, context) ?? { lines: [], version: "" };
        const { lines, version } = inCluster(about, request.meant);
        const basis = await basisOf(pve, { cluster: request.meant, guests, rows, version });
        return { basis, vmids: pve.vmids, dryRun: pve.plan, lines };
      },
    });
    const options = {
      ...{ services, request, always, action: subject.action },
      isMarked: (tags: readonly string[]) => this.#isMarked(tags),
    };
    if (shown === "follows") return { kind: "run", by: undefined, allow: followOnly };
    if (shown === undefined) {
      return { kind: "run", by: undefined, allow: allowing({ ...options, released: undefined }) };
    }
    const found = await this.#judge(request, subject, shown);
    if (found.state !== "approved") {
      return { kind: "held", plan: found, vmids: shown.vmids };
    }
    await services.audit.admit();
    if (!await this.#plans.spend(found)) {
      requireUndenied(await this.#plans.live(found.asked), subject);
      throw new AppError(
        "conflict",
        `Cannot ${subject.action}: plan ${found.id} has served already`,
      );
    }
    const released = { plan: found, shown };
    return { kind: "run", by: found.decidedBy, allow: allowing({ ...options, released }) };
  }

  /** The plan for the call as it stands, a new one where there is none. */
  async #judge(request: CallRequest, subject: Subject, shown: Shown): Promise<Plan> {
    const { tool, input, action } = subject;
    const { cluster, principal: { userId, user, tokenId } } = request;
    // How long a caller waits makes it no other change.
    const { wait: _, timeout_seconds: __, dry_run: ___, ...meant } = input;
    const asked = digestOf([
      ...[userId, user, tokenId, tool.name, meant],
      ...(cluster === undefined ? [] : [cluster]),
    ]);
    const live = await this.#plans.live(asked);
    requireUndenied(live, subject);
    const changed = live ? differences(JSON.parse(live.basis), shown.basis) : [];
    if (live && changed.length === 0) return live;
    if (live) {
      await this.#plans.spend(live);
      if (live.state === "approved") {
        throw cannot(action, outdated(live, changed));
      }
    }
    const id = newId();
    const kept = await this.#plans.keep({
      id,
      asked,
      userId,
      user,
      tokenId,
      tool: tool.name,
      shown: shownText(request, { action, tool, shown }),
      basis: JSON.stringify(shown.basis),
      expires: new Date(this.#now().getTime() + EXPIRES_MS),
    });
    // One that is there after all, decided meanwhile or another call's, may rest on something else.
    return kept.id === id ? kept : await this.#judge(request, subject, shown);
  }

  #isMarked(tags: readonly string[]): boolean {
    return tags.some((tag) => this.#tags.has(tag.toLowerCase()));
  }
}

function requireUndenied(plan: Plan | undefined, { action }: Pick<Subject, "action">): void {
  if (plan?.state !== "denied") return;
  throw new Denied(`Cannot ${action}: ${plan.decidedBy} denied it (plan ${plan.id})`);
}

/** What people are shown of a plan, who must know what they say yes to. */
function shownText(
  request: CallRequest,
  { action, tool, shown }: { action: string; tool: AnyTool; shown: Shown },
): string {
  const { requests, checks, changes, notes } = shown.dryRun;
  const guests = shown.basis.guests.map(({ label: _, config: __, ...guest }) => guest);
  const { arguments: given = {}, cluster } = request;
  return boundedJson({
    action,
    ...(cluster === undefined ? {} : { cluster }),
    tool: tool.name,
    arguments: given,
    arguments_sha256: digestOf(given),
    ...(shown.lines.length > 0 ? { about: shown.lines } : {}),
    guests,
    requests,
    checks,
    changes,
    ...(notes ? { notes } : {}),
  }, MOST_SHOWN_BYTES);
}

/** Proxmox keeps tags in lower case, whatever was given to it. */
function lowerCase(tags: readonly string[]): ReadonlySet<string> {
  return new Set(tags.map((tag) => tag.toLowerCase()));
}

function newId(): string {
  return Array.from({ length: ID_LENGTH }, () => ID_CHARACTERS[randomInt(ID_CHARACTERS.length)])
    .join("");
}
