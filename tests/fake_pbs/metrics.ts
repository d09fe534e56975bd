import { storeNamed, usageOf } from "./stores.ts";
import type { Call, Handlers } from "./world.ts";

/** Seconds between two points of each time frame. */
const steps: Readonly<Record<string, number>> = {
  hour: 60,
  day: 60,
  week: 1800,
  month: 1800,
  year: 21_600,
  decade: 604_800,
};
const points = 70;

/** The same values all the time: what was is not kept. */
function series({ params, world }: Call, values: Record<string, number>) {
  const step = steps[params.text("timeframe")] ?? 60;
  const last = world.seconds() - world.seconds() % step;
  return Array.from({ length: points }, (_, i) => ({
    time: last - (points - 1 - i) * step,
    ...values,
  }));
}

export const metricHandlers: Handlers = {
  "GET /admin/datastore/{store}/rrd": (call) => {
    const { total, used } = usageOf(storeNamed(call.state, call.params.text("store")));
    return series(call, { total, used });
  },
  "GET /nodes/{node}/rrd": (call) => {
    const { cpu, memory } = call.state;
    return series(call, { cpu, memtotal: memory.total, memused: memory.used });
  },
};
