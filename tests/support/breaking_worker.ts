/** A worker of the server that breaks, or in which an error is thrown that nobody catches, when it is told to. */
import "../../lib/cli/serve/worker.ts";

const scope = self as unknown as { onmessage: (event: MessageEvent) => void };
const hear = scope.onmessage;
let index: number | undefined;

scope.onmessage = (event) => {
  if (event.data.kind === "start") index = event.data.place.index;
  return hear(event);
};

// Before the server hears of it, which would go on.
addEventListener("error", (event) => {
  if (event.error?.message === "boom") event.stopImmediatePropagation();
});
new BroadcastChannel("break").onmessage = ({ data }) => {
  if (data === index) throw new Error("boom");
  if (data === "stick" && index === 1) { for (;;); }
  if (data === "fault") throw new Error("a fault");
};
