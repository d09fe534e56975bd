import { unlessAborted } from "../../upstream/abort.ts";
import type { Resource } from "../../proxmox/api/values.ts";
import { rowsWithin } from "../../proxmox/inventory.ts";
import type { CallRequest } from "../call_request.ts";
import type { CallServices } from "../call_services.ts";
import { reachedIn } from "./reached.ts";
import { reachOf } from "../reach.ts";
import { type Answer, askAll } from "./ask_all.ts";
import type { Reference } from "./references.ts";

type Look = (clusters: readonly string[], fresh: boolean) => Promise<Answer<Rows>[]>;
type Rows = readonly Resource[];

/** What each of some clusters has, as far as the caller may see it. */
export class LookUp {
  readonly #look: Look;
  readonly #answers: readonly Answer<Rows>[];

  private constructor(look: Look, answers: readonly Answer<Rows>[]) {
    this.#look = look;
    this.#answers = answers;
  }

  /** As they were a moment ago at most, or, asked for `fresh`, as they are. */
  static async in(
    services: CallServices,
    request: CallRequest,
    { clusters, fresh }: { clusters: readonly string[]; fresh: boolean },
  ): Promise<LookUp> {
    const reach = reachOf(request.principal.limits);
    const look: Look = (clusters, fresh) =>
      askAll(clusters, async (cluster, signal) => {
        const { directory } = await reachedIn(services, { ...request, cluster });
        return rowsWithin(await unlessAborted(directory.resources({ fresh }), signal), reach);
      }, { ...services, ...request });
    return new LookUp(look, await look(clusters, fresh));
  }

  /** The same, asked for now; who has not answered is not waited for again. */
  async anew(): Promise<LookUp> {
    const answered = this.#answers.filter((answer) => "value" in answer);
    const fresh = await this.#look(answered.map(({ cluster }) => cluster), true);
    const byName = new Map(fresh.map((answer) => [answer.cluster, answer]));
    return new LookUp(
      this.#look,
      this.#answers.map((answer) => byName.get(answer.cluster) ?? answer),
    );
  }

  /** The clusters that have it. */
  having({ fits }: Reference): string[] {
    return this.#answers.flatMap((answer) =>
      "value" in answer && fits(answer.value) ? [answer.cluster] : []
    );
  }

  /** The clusters that have not answered. */
  get silent(): string[] {
    return this.#answers.flatMap((answer) => "error" in answer ? [answer.cluster] : []);
  }

  /** Why those have not: `dc2 did not answer: …`. */
  get whySilent(): string {
    return this.#answers.flatMap((answer) => "error" in answer ? [silence(answer)] : []).join("; ");
  }
}

/** Why a cluster has nothing in an answer. */
export function silence(
  { cluster, error }: Extract<Answer<unknown>, { error: unknown }>,
): string {
  const away = error.code === "unavailable" || error.code === "timeout";
  return `${cluster}${away ? " did not answer" : ""}: ${error.message}`;
}
