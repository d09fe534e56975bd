import { aborted } from "../../abort.ts";

const MOST_BYTES = 8_192;
const PATIENCE_MS = 10_000;

/**
 * The fields of a form that was sent; null for what is no form, too large or does not come to its end.
 *
 * @param options.most bytes; 8,192 when not given
 */
export async function readForm(
  { headers, body }: Request,
  { most = MOST_BYTES }: { most?: number } = {},
): Promise<URLSearchParams | null> {
  const type = headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") return null;
  const reader = body?.getReader();
  if (reader === undefined) return null;
  const decoder = new TextDecoder();
  const late = aborted(AbortSignal.timeout(PATIENCE_MS));
  let text = "";
  let bytes = 0;
  for (;;) {
    const read = await Promise.race([reader.read().catch(() => null), late]);
    if (read?.done) return new URLSearchParams(text + decoder.decode());
    bytes += read?.value.byteLength ?? Infinity;
    if (!read || bytes > most) {
      await reader.cancel().catch(() => {});
      return null;
    }
    text += decoder.decode(read.value, { stream: true });
  }
}
