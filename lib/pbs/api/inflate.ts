/** The only compression that Proxmox Backup Server knows (requests.txt: `content-encoding: deflate`). */
export const ACCEPTED_ENCODING = "deflate";

/**
 * The answer with its body unpacked, where it is packed: neither transport does it for this encoding (seen
 * in Deno 2.9.6). `deflate` means zlib's format, and has been taken to mean the bare one.
 */
export async function inflated(response: Response): Promise<Response> {
  const { body, headers, status, statusText } = response;
  if (body === null || headers.get("content-encoding") !== ACCEPTED_ENCODING) return response;
  const reader = body.getReader();
  const first = await reader.read();
  const chunk = first.value ?? new Uint8Array();
  const whole = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => first.done ? controller.close() : controller.enqueue(chunk),
    pull: async (controller) => {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  const format = isZlib(chunk) ? "deflate" : "deflate-raw";
  const plain = whole.pipeThrough(new DecompressionStream(format));
  return new Response(plain, { status, statusText });
}

/** RFC 1950, 2.2: the method is 8, and both bytes as one number are a multiple of 31. */
function isZlib([method = 0, flags = 0]: Uint8Array): boolean {
  return (method & 0x0f) === 8 && (method * 256 + flags) % 31 === 0;
}
