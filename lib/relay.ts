export interface RelayOptions {
  /** What becomes of each part; it stays as it is when not given. */
  readonly each?: (part: Uint8Array) => Uint8Array;
  /** Waited for when all has been read, before the reader learns of the end; breaks the stream if it rejects. */
  readonly atEnd?: () => Promise<void>;
  /** Called once, however it ends: read to its end, broken, or given up by its reader. */
  readonly over?: () => void;
  /** Breaks it. */
  readonly signal?: AbortSignal;
}

/**
 * The parts of a stream, each read when it is asked for. A `TransformStream` throws at whoever writes to it
 * when its reader has just left, which ends the process where the writer is an event (seen in 2.6.10).
 */
export function relay(
  body: ReadableStream<Uint8Array>,
  { each = (part) => part, atEnd = async () => {}, over = () => {}, signal }: RelayOptions,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let isOver = false;
  const end = () => {
    if (!isOver) over();
    isOver = true;
  };
  return new ReadableStream({
    start: (controller) => {
      signal?.addEventListener("abort", () => {
        end();
        controller.error(signal.reason);
        reader.cancel(signal.reason).catch(() => {});
      }, { once: true });
    },
    pull: async (controller) => {
      try {
        const { value } = await reader.read();
        if (value !== undefined) return controller.enqueue(each(value));
        await atEnd();
      } catch (error) {
        end();
        throw error;
      }
      end();
      controller.close();
    },
    cancel: async (reason) => {
      end();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
