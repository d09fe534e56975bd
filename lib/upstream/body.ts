/** What is read of one answer: to take more apart would hold up everybody else. */
export const MOST_MIB = 8;
const MIB = 1024 * 1024;

/**
 * Reads an answer's text.
 *
 * @param tooLarge what is thrown for an answer above 8 MiB
 */
export async function readBounded(response: Response, tooLarge: () => Error): Promise<string> {
  const { body, headers } = response;
  if (body === null) return "";
  const length = Number(headers.get("content-length") ?? NaN);
  if (length > MOST_MIB * MIB) {
    await body.cancel();
    throw tooLarge();
  }
  // A length that the connection holds to needs no counting. It does not hold to that of something packed, nor to
  // one beside chunks (seen in 2.9.6).
  const isHeld = !headers.has("content-encoding") && !headers.has("transfer-encoding");
  if (length > 0 && isHeld) return await response.text();
  const decoder = new TextDecoder();
  let size = 0;
  let text = "";
  // Leaving the loop cancels the rest.
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > MOST_MIB * MIB) throw tooLarge();
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
