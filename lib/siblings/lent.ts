/** What a lender says: a part, or how it has ended. */
type Said = Uint8Array | "end" | "broken";

/** Parts that are on their way or wait to be read: one and the end, so that a short stream takes no asking. */
const AHEAD = 2;

/**
 * Gives the parts of a stream to another worker, by a port that goes there. The runtime's own way of
 * passing streams on keeps them, with what was read of them, when the other side does not read to the
 * end (seen in 2.6.10).
 *
 * @param signal ends it; the stream is cancelled
 */
export function lend(body: ReadableStream<Uint8Array>, signal: AbortSignal): MessagePort {
  const { port1, port2 } = new MessageChannel();
  const reader = body.getReader();
  let isOver = false;
  const end = (said?: Said) => {
    if (isOver) return;
    isOver = true;
    signal.removeEventListener("abort", leave);
    if (said !== undefined) port1.postMessage(said);
    port1.close();
  };
  const leave = () => {
    end();
    reader.cancel(signal.reason).catch(() => {});
  };
  const give = async () => {
    if (isOver) return;
    try {
      const { value } = await reader.read();
      if (value === undefined) end("end");
      else if (!isOver) port1.postMessage(alone(value));
    } catch {
      end("broken");
    }
  };
  let giving = Promise.resolve();
  const next = () => void (giving = giving.then(give));
  port1.onmessage = ({ data }) => data === "left" ? leave() : next();
  signal.addEventListener("abort", leave);
  if (signal.aborted) leave();
  for (let ahead = 0; ahead < AHEAD; ahead++) next();
  return port2;
}

/** The stream that another worker lends by this port. */
export function borrow(port: MessagePort): ReadableStream<Uint8Array> {
  const arrived: Said[] = [];
  let wake = () => {};
  port.onmessage = ({ data }: MessageEvent<Said>) => {
    arrived.push(data);
    wake();
  };
  return new ReadableStream({
    pull: async (controller) => {
      if (arrived.length === 0) await new Promise<void>((resolve) => wake = resolve);
      const said = arrived.shift();
      if (said instanceof Uint8Array) {
        port.postMessage("next");
        return controller.enqueue(said);
      }
      port.close();
      if (said === "broken") throw new Error("the stream has broken");
      controller.close();
    },
    cancel: () => {
      port.postMessage("left");
      port.close();
    },
  }, { highWaterMark: 0 });
}

/** Without the rest of a larger buffer, which would go along. */
function alone(part: Uint8Array): Uint8Array {
  return part.byteLength === part.buffer.byteLength ? part : part.slice();
}
