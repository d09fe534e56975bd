import { AppError, messageOf, oneLine } from "../errors.ts";

const MAX_BYTES = 512 * 1024;
const PATIENCE_MS = 5_000;

/**
 * Reads a JSON document of the provider; undefined where there is none (404). Rejects with AppError
 * `unavailable`, which names the address, for anything but a whole document of at most 512 KiB within 5
 * seconds. Redirects are not followed: they would lead where nobody has configured anything.
 */
export type ReadDocument = (url: URL) => Promise<unknown>;

/** @param caCerts PEM certificates to trust besides the system's */
export function documentReader(caCerts: readonly string[]): ReadDocument & Disposable {
  const client = Deno.createHttpClient({ caCerts: [...caCerts], poolMaxIdlePerHost: 1 });
  const read: ReadDocument = async (url) => {
    try {
      const response = await fetch(url, {
        client,
        redirect: "manual",
        headers: { accept: "application/json" },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (response.status === 200) return JSON.parse(await bounded(response));
      await response.body?.cancel();
      if (response.status === 404) return undefined;
      throw new Error(
        response.status >= 300 && response.status < 400
          ? `it redirects (${response.status})`
          : `it answers ${response.status}`,
      );
    } catch (error) {
      throw new AppError("unavailable", `Cannot read ${url.href}: ${reasonOf(error, url)}`, {
        cause: error,
      });
    }
  };
  return Object.assign(read, { [Symbol.dispose]: () => client.close() });
}

async function bounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return await new Blob(chunks as BlobPart[]).text();
}

function reasonOf(error: unknown, { href }: URL): string {
  if (error instanceof SyntaxError) return "it is no JSON";
  if (error instanceof DOMException && error.name === "TimeoutError") return "no answer in time";
  const cause = error instanceof TypeError && error.cause !== undefined ? error.cause : error;
  return oneLine(messageOf(cause)).replace(`error sending request for url (${href}): `, "");
}
