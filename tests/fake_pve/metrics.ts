import { guestOf, type GuestType } from "./guests.ts";
import { usageOfGuest } from "./status.ts";
import { usableStorage, usageOf } from "./volumes.ts";
import { type Call, type Handlers, nodeOf } from "./world.ts";

const steps: Record<string, number> = {
  hour: 60,
  day: 1800,
  week: 10800,
  month: 43200,
  year: 604800,
  decade: 604800,
};
const rows = 70;

/**
 * Rows at even times up to now; before `since`, and in every tenth row, nothing but the time. Peaks are
 * as high as the load ever is.
 */
function series(
  call: Call,
  since: number,
  values: (wave: number, seconds: number) => Record<string, number>,
): unknown {
  const step = steps[call.params.text("timeframe")] ?? 60;
  const peaks = call.params.text("cf") === "MAX";
  const last = Math.floor(call.world.seconds() / step) * step;
  return Array.from({ length: rows }, (_, i) => {
    const time = last - (rows - 1 - i) * step;
    if (time * 1000 < since || i % 10 === 9) return { time };
    return { time, ...values(peaks ? 1 : 0.5 + 0.5 * Math.sin(i / 7), time) };
  });
}

function ofGuest(type: GuestType, call: Call): unknown {
  const guest = guestOf(call, type);
  const usage = usageOfGuest(call.world, guest);
  return series(call, guest.status === "running" ? guest.startedAt : Infinity, (wave) => ({
    cpu: usage.cpu * wave,
    maxcpu: usage.cpus,
    mem: usage.mem,
    maxmem: usage.maxmem,
    disk: usage.disk,
    maxdisk: usage.maxdisk,
    netin: 1000 * wave,
    netout: 500 * wave,
    diskread: 4096 * wave,
    diskwrite: 2048 * wave,
  }));
}

export const metricHandlers: Handlers = {
  "GET /nodes/{node}/qemu/{vmid}/rrddata": (call) => ofGuest("qemu", call),
  "GET /nodes/{node}/lxc/{vmid}/rrddata": (call) => ofGuest("lxc", call),
  "GET /nodes/{node}/rrddata": (call) => {
    const node = nodeOf(call);
    return series(call, node.bootedAt, (wave) => ({
      cpu: node.cpu * wave,
      maxcpu: node.cpus,
      iowait: 0.01 * wave,
      loadavg: Number(node.loadavg[0]) * wave,
      memused: node.memoryUsed,
      memtotal: node.memory,
      rootused: node.rootUsed,
      roottotal: node.rootTotal,
      netin: 100000 * wave,
      netout: 50000 * wave,
    }));
  },
  "GET /nodes/{node}/storage/{storage}/rrddata": (call) => {
    const storage = usableStorage(
      call.state,
      call.params.text("storage"),
      call.params.text("node"),
    );
    const { used } = usageOf(call.state, storage, call.params.text("node"));
    const { growthPerDay = 0, total } = storage;
    const now = call.world.seconds();
    return series(call, nodeOf(call).bootedAt, (_wave, time) => ({
      total,
      used: used - growthPerDay * (now - time) / 86_400,
    }));
  },
};
