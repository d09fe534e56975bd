/** A stream that is written to from outside, as by an event. */
export function source() {
  let writer!: ReadableStreamDefaultController<Uint8Array>;
  const left = Promise.withResolvers<unknown>();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => void (writer = controller),
    cancel: left.resolve,
  });
  return { body, writer, left: left.promise };
}
