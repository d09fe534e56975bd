import type * as z from "zod";
import { mayReachCluster } from "../../auth/limits.ts";
import type { Principal } from "../../auth/principal.ts";
import { noPlan, type Plan, type Plans, toldPlan } from "../../database/plans.ts";
import { AppError } from "../../errors.ts";
import { DEFAULT_CLUSTER } from "../../proxmox/clusters.ts";
import type { heldPlan, PlanDesk } from "../../tool/plans.ts";
import type { Catalog } from "../catalog.ts";
import { reachOf } from "../reach.ts";
import type { Basis } from "./basis.ts";

/** Makes durable that a plan about these guests is about to be decided. */
export type Announce = (
  vmids: readonly number[],
  /** Which of several clusters they are in. */
  cluster: string | undefined,
) => Promise<void>;

/** Plans as one caller may deal with them: who decides could have made the change without being asked. */
export function deskOf(
  plans: Plans,
  { principal, catalog, announce }: {
    principal: Principal;
    catalog: Catalog;
    announce: Announce;
  },
): PlanDesk {
  const sees = ({ basis }: Plan) => {
    const { also = [], cluster } = JSON.parse(basis) as Basis;
    // Of several none is named by what is about a backup server, which belongs to all.
    if (cluster === undefined && catalog.hasSeveral) return reachOf(principal.limits).everywhere;
    return [cluster ?? DEFAULT_CLUSTER, ...also]
      .every((name) => mayReachCluster(principal.limits, name));
  };
  const open = async (id: string, { deny }: { deny: boolean }) => {
    const plan = await plans.find(id);
    if (!sees(plan)) throw noPlan(id);
    plans.requireOpen(plan, { state: deny ? "denied" : "approved", by: principal });
    const tool = catalog.get(plan.tool);
    if (principal.limits?.needsApproval) {
      throw new AppError("forbidden", "this token needs approval itself");
    }
    if (tool === undefined || !catalog.allows(tool, principal)) {
      throw new AppError("forbidden", `this token may not call ${plan.tool} itself`);
    }
    return plan;
  };
  return {
    waiting: async () => (await plans.waiting()).filter(sees).map(told),
    open: async (id, options) => told(await open(id, options)),
    decide: async (id, { deny }) => {
      const plan = await open(id, { deny });
      const { cluster, guests } = JSON.parse(plan.basis) as Basis;
      await announce(guests.map(({ vmid }) => vmid), cluster);
      return told(await plans.decide(id, { state: deny ? "denied" : "approved", by: principal }));
    },
  };
}

function told(plan: Plan): z.input<typeof heldPlan> {
  return toldPlan(plan) as z.input<typeof heldPlan>;
}
