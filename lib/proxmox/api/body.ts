import { MOST_MIB, readBounded } from "../../upstream/body.ts";
import { ProxmoxError } from "./errors.ts";
import { garbled } from "./failures.ts";

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
export function readText(response: Response, path: string): Promise<string> {
  return readBounded(response, () => tooLarge(path));
}

function tooLarge(path: string): ProxmoxError {
  const filter = FILTERS.find(([pattern]) => pattern.test(path))?.[1];
  const advice = filter === undefined ? "ask for less of it" : `ask for less of it by ${filter}`;
  return garbled(`Proxmox's answer to ${path} is larger than ${MOST_MIB} MiB; ${advice}`);
}
