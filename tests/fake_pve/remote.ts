import { createPinnedTransport } from "../../lib/upstream/pinned_transport.ts";
import { die } from "./errors.ts";
import type { World } from "./world.ts";

/** The other cluster as `target-endpoint` names it: asked by real HTTPS, with that token only. */
export class Remote {
  readonly host: string;
  /** What the tunnel leads into. */
  readonly world: World;
  readonly #url: string;
  readonly #token: string;
  readonly #fingerprint: string;

  constructor(world: World, endpoint: string) {
    const parts = new Map(
      endpoint.split(",").map((part) => {
        const at = part.indexOf("=");
        return [part.slice(0, at), part.slice(at + 1)] as const;
      }),
    );
    this.host = parts.get("host") ?? die("host: property is missing and it is not optional");
    this.#token = parts.get("apitoken") ??
      die("apitoken: property is missing and it is not optional");
    this.#fingerprint = parts.get("fingerprint") ?? "";
    const address = `${this.host}:${parts.get("port") ?? "8006"}`;
    const neighbour = world.neighbours.get(address) ??
      die(`Can't connect to ${address} (No route to host)`);
    this.#url = neighbour.url;
    this.world = neighbour.world;
  }

  /** @throws PveError as the source's own API passes it on */
  async request(method: "GET" | "POST", path: string, body?: unknown): Promise<unknown> {
    const fingerprint = this.#fingerprint.replaceAll(":", "").toLowerCase();
    using transport = createPinnedTransport({ fingerprint, timeoutMs: 5_000 });
    const response = await transport(new URL(`${this.#url}/api2/json${path}`), {
      method,
      headers: { authorization: this.#token, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(5_000),
    }).catch(() => die(`fingerprint '${this.#fingerprint}' not verified, abort!`));
    const text = await response.text();
    if (response.status === 401) die("401 authentication failure");
    const { data, message } = JSON.parse(text);
    return response.ok ? data : die(`${response.status} ${String(message).trim()}`);
  }

  /** The node that the endpoint is. */
  async node(): Promise<string> {
    const rows = await this.request("GET", "/cluster/status") as Record<string, unknown>[];
    const row = rows.find(({ ip, type }) => type === "node" && ip === this.host);
    return String(row?.name ?? die("couldn't determine endpoint's node name"));
  }
}
