import { ProxmoxError } from "./errors.ts";
import { garbled } from "./failures.ts";

/** What is read of one answer: to take more apart would hold up everybody else. */
const MOST_MIB = 8;
const MIB = 1024 * 1024;

/** What makes an answer smaller, by the end of its path. */
const FILTERS: readonly (readonly [path: RegExp, filter: string])[] = [
  [/\/storage\/[^/]+\/content$/, "content and vmid"],
  [/\/nodes\/[^/]+\/tasks$/, "limit, since, typefilter and vmid"],
  [/\/tasks\/[^/]+\/log$/, "start and limit"],
  [/\/(?:syslog|firewall\/log)$/, "start and limit"],
  [/\/journal$/, "lastentries"],
  [/\/cluster\/log$/, "max"],
  [/\/rrddata$/, "timeframe"],
  [/\/agent\/file-read$/, "offset and count"],
  [/^\/cluster\/resources$/, "type"],
];

/**
 * Reads an answer's text.
 *
 * @param path what was asked for
 * @throws ProxmoxError `unavailable` for an answer above 8 MiB, naming the filters to use
 */
export async function readText(response: Response, path: string): Promise<string> {
  const { body, headers } = response;
  if (body === null) return "";
  const length = Number(headers.get("content-length") ?? NaN);
  if (length > MOST_MIB * MIB) {
    await body.cancel();
    throw tooLarge(path);
  }
  // A length that the connection holds to needs no counting, unless it is that of something packed.
  if (length > 0 && !headers.has("content-encoding")) return await response.text();
  const decoder = new TextDecoder();
  let size = 0;
  let text = "";
  // Leaving the loop cancels the rest.
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > MOST_MIB * MIB) throw tooLarge(path);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function tooLarge(path: string): ProxmoxError {
  const filter = FILTERS.find(([pattern]) => pattern.test(path))?.[1];
  const advice = filter === undefined ? "ask for less of it" : `ask for less of it by ${filter}`;
  return garbled(`Proxmox's answer to ${path} is larger than ${MOST_MIB} MiB; ${advice}`);
}
