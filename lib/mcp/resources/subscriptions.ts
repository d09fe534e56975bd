import {
  ProtocolError,
  ResourceNotFoundError,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { Principal } from "../../auth/principal.ts";
import { AppError } from "../../errors.ts";
import { callerOf } from "../caller.ts";
import { reachedIn } from "../clusters/reached.ts";
import { REFUSED } from "../json_rpc.ts";
import { reachOf } from "../reach.ts";
import type { SdkServer } from "../sdk_server.ts";
import type { McpServices } from "../server.ts";
import { type PlacedResource, resourceFor } from "./placed.ts";

/** What has this address, where changes of it can be told, and to whoever this is. */
export function followable(
  services: McpServices,
  principal: Principal,
  address: string,
): PlacedResource | undefined {
  const found = resourceFor(services, principal, address);
  const tool = found?.kind.concerns && services.catalog.get(found.kind.tool);
  if (found === undefined || tool === undefined) return undefined;
  const isPlaced = found.cluster !== undefined || !services.proxmox.several;
  return isPlaced && services.catalog.allows(tool, principal) ? found : undefined;
}

/** What the client of one session follows, in the way of the revisions up to 2025-11-25. */
export class Subscriptions {
  readonly #server: SdkServer;
  readonly #services: McpServices;
  readonly #ends = new Map<string, () => void>();

  constructor(server: SdkServer, services: McpServices) {
    this.#server = server;
    this.#services = services;
    server.ended.addEventListener("abort", () => {
      for (const address of [...this.#ends.keys()]) this.remove(address);
    });
  }

  /** @throws ResourceNotFoundError for what cannot be followed, ProtocolError when it is too much */
  async add(address: string, context: ServerContext): Promise<void> {
    const caller = callerOf(context);
    const { principal } = caller;
    const found = followable(this.#services, principal, address);
    if (found === undefined) throw new ResourceNotFoundError(address);
    const { cluster } = found;
    const { directory } = await reachedIn(this.#services, { ...caller, cluster });
    if (this.#ends.has(address)) return;
    const release = this.#services.hold();
    const follower = {
      tokenId: principal.tokenId,
      reach: reachOf(principal.limits),
      directory,
      addresses: [found.address],
      // A client that is gone cannot be told.
      changed: () => void this.#server.sendResourceUpdated({ uri: address }).catch(() => {}),
    };
    const following = this.#services.watch.follow(follower);
    this.#ends.set(address, () => {
      release();
      following.then((end) => end(), () => {});
    });
    try {
      await following;
    } catch (error) {
      this.remove(address);
      if (error instanceof AppError) throw new ProtocolError(REFUSED, error.message);
      throw error;
    }
  }

  remove(address: string): void {
    this.#ends.get(address)?.();
    this.#ends.delete(address);
  }
}
