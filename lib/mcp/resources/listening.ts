import { ProtocolError } from "@modelcontextprotocol/server";
import { AppError } from "../../errors.ts";
import { isRecord } from "../../record.ts";
import type { Caller } from "../caller.ts";
import { REFUSED } from "../json_rpc.ts";
import { reachedIn } from "../clusters/reached.ts";
import { reachOf } from "../reach.ts";
import type { McpServices } from "../server.ts";
import { isDeclaredIn, tasksRequired } from "../tasks/extension.ts";
import { followable } from "./subscriptions.ts";

/** The method by which clients of revision 2026-07-28 ask to be told of changes. */
export const LISTEN = "subscriptions/listen";

/** A request to listen that is being served. */
export interface Listening<B> {
  /** The request without what cannot be followed, as it is acknowledged. */
  readonly body: B;
  /** What is followed. */
  readonly addresses: readonly string[];
  readonly end: () => void;
}

/**
 * Begins to follow what a request to listen names.
 *
 * @throws AppError `unavailable` when it is too much; ProtocolError when it names tasks and does not
 * declare the extension for them
 */
export async function beginListening<B extends object>(
  services: McpServices,
  { body, caller, changed }: {
    body: B;
    caller: Pick<Caller, "language" | "principal">;
    changed: (address: string) => void;
  },
): Promise<Listening<B>> {
  const { principal } = caller;
  const { params } = body as { params?: unknown };
  const notifications = isRecord(params) ? params.notifications : undefined;
  if (isRecord(notifications) && notifications.taskIds !== undefined) {
    if (!isRecord(params) || !isDeclaredIn(params._meta)) throw tasksRequired();
  }
  const wanted = isRecord(notifications) ? notifications.resourceSubscriptions : undefined;
  const isText = (address: unknown) => typeof address === "string";
  // What is malformed is left for the protocol's own refusal.
  if (!Array.isArray(wanted) || !wanted.every(isText)) {
    return { body, addresses: [], end: () => {} };
  }
  const found = wanted.flatMap((given) => {
    const resource = followable(services, principal, given);
    return resource === undefined ? [] : [{ ...resource, given }];
  });
  const addresses = found.map(({ given }) => given);
  const followed = Object.assign({}, notifications, { resourceSubscriptions: addresses });
  const narrowed = { ...body, params: Object.assign({}, params, { notifications: followed }) };
  if (addresses.length === 0) return { body: narrowed, addresses, end: () => {} };
  const { tokenId, limits } = principal;
  const reach = reachOf(limits);
  const ends: (() => void)[] = [];
  const end = () => ends.forEach((end) => end());
  try {
    for (const [cluster, resources] of Map.groupBy(found, ({ cluster }) => cluster)) {
      const { directory } = await reachedIn(services, { ...caller, cluster });
      const given = new Map(resources.map(({ address, given }) => [address, given]));
      ends.push(
        await services.watch.follow({
          ...{ tokenId, reach, directory },
          addresses: [...given.keys()],
          changed: (address) => changed(given.get(address) ?? address),
        }),
      );
    }
  } catch (error) {
    end();
    throw error;
  }
  return { body: narrowed, addresses, end };
}

/** Why a request to listen is refused, ready for an error; whatever else was thrown is thrown on. */
export function refusedListening(error: unknown): { code: number; message: string } {
  if (error instanceof AppError) return { code: REFUSED, message: error.message };
  if (!(error instanceof ProtocolError)) throw error;
  const { code, message, data } = error;
  return Object.assign({ code, message }, { data });
}
