import { Limit } from "../../abort.ts";
import { hostForUrl } from "../../config/hosts.ts";
import { AppError } from "../../errors.ts";
import { abortFailure } from "../../upstream/abort.ts";
import { readText } from "./body.ts";
import { connectionFailure, doubted, type FailedAnswer, failureOf, noAnswer } from "./failures.ts";
import { neverConnected } from "../../upstream/unreached.ts";
import { type ApiPath, apiPath } from "../../upstream/path.ts";
import { type Attempted, type Params, persist, send } from "../../upstream/request.ts";
import { asWritten } from "./letters.ts";
import { parsed } from "./parsed.ts";
import { placeOf } from "./place.ts";
import { type ClientOptions, type Credential, newRoute, type Route } from "./route.ts";
import type { PathWith, Verb } from "./types.ts";
import { ApiToken } from "./token.ts";
import { number, record, text } from "./values.ts";
import { dialSocket, type Socket } from "./websocket.ts";

export type { Params };

/** An answer's `data`, `total` where Proxmox pages, and `changes` where it tells what waits for being applied. */
export interface Answer {
  readonly data: unknown;
  readonly total: number | undefined;
  readonly changes?: string | undefined;
  /** Characters of its JSON. */
  readonly size: number;
}

interface Sending {
  readonly params: Params;
  readonly signal: AbortSignal;
}

/**
 * The only way to Proxmox. GETs are retried at most twice, with jitter, after connection errors and
 * 502/503/504; everything else is sent once. A host that cannot be connected to hands over to the
 * next one, which is safe for changes too because nothing was sent.
 */
export class Client {
  readonly #options: ClientOptions;
  readonly #token: ApiToken;
  readonly #route: Route;
  #hasRefused = false;

  constructor(options: ClientOptions, route: Route = newRoute(options)) {
    this.#options = options;
    this.#token = new ApiToken(options);
    this.#route = route;
  }

  /** The same way to the same hosts, their connections, places and breakers, with another API token. */
  as(credential: Credential): Client {
    return new Client({ ...this.#options, ...credential }, this.#route);
  }

  /** Goes on with another API token, for every request from now on; false when it has that one already. */
  renew(credential: Credential): boolean {
    return this.#token.renew(credential);
  }

  /** One that refuses every request, for a caller who has no token. */
  refusing(refusal: AppError): Client {
    return new Client({ ...this.#options, refusal }, this.#route);
  }

  /** What requests were refused with; undefined when none was. */
  get refused(): AppError | undefined {
    return this.#hasRefused ? this.#options.refusal : undefined;
  }

  /** `user@realm!name` of the API token. */
  get tokenId(): string {
    return this.#token.id;
  }

  /**
   * Sends one request and reads its answer.
   *
   * @param options.caller in whose name; none for what the server itself asks
   * @throws AppError with Proxmox's own reason; never with the token's value
   */
  async request(
    method: Verb,
    path: ApiPath,
    { caller, params = {}, signal }: {
      caller?: string | undefined;
      params?: Params;
      signal: AbortSignal;
    },
  ): Promise<Answer> {
    this.#assertOpen();
    const change = method !== "GET";
    const passage = { place: placeOf(path), change, caller, signal };
    const sent = change ? asWritten(String(path), params) : params;
    const attempt = () => this.#attempt(method, path, { params: sent, signal });
    try {
      return await this.#route.gate.pass(
        passage,
        () => persist(attempt, { ...this.#options, again: !change, signal }),
      );
    } catch (error) {
      throw this.#token.scrub(error);
    }
  }

  /** Reads one of the API's paths that need no values, for what is no tool's call. */
  read(path: PathWith<"GET">, signal = new AbortController().signal): Promise<Answer> {
    return this.request("GET", apiPath(path), { signal });
  }

  /** Reads a file that Proxmox serves outside of its API, such as its API description. */
  async file(pathname: string, signal: AbortSignal): Promise<string> {
    const url = this.#url(this.#route.preferred, pathname);
    using deadline = this.#deadline(signal);
    const response = await this.#options.transport(url, {
      method: "GET",
      headers: {},
      signal: deadline.signal,
    }).catch((cause) => {
      throw this.#unreached(cause, url);
    });
    const text = await readText(response, pathname);
    if (response.ok) return text;
    throw new AppError("not_found", `Proxmox does not serve ${pathname} (${response.status})`);
  }

  /**
   * Opens a WebSocket with the host that answers requests now: what it is for was asked for there.
   *
   * @param options.signal gives up the opening; the socket is the caller's to close
   * @throws AppError with Proxmox's own reason
   */
  async socket(
    path: ApiPath,
    { params, signal }: { params: Params; signal: AbortSignal },
  ): Promise<Socket> {
    this.#assertOpen();
    const url = this.#url(this.#route.preferred, `/api2/json${path}`);
    for (const [key, value] of Object.entries(params)) url.searchParams.set(key, queried(value)[0]);
    const { dial } = this.#options;
    using deadline = this.#deadline(signal);
    try {
      const authorization = this.#token.authorization;
      const socket = await dialSocket(dial, { url, authorization, signal: deadline.signal });
      if (!("status" in socket)) return socket;
      throw failureOf({ ...socket, body: "", change: true, ...this.#told });
    } catch (cause) {
      if (cause instanceof AppError) throw this.#token.scrub(cause);
      throw this.#unreached(cause, url);
    }
  }

  #unreached(cause: unknown, { host }: URL): AppError {
    const nothing = { change: false, sent: false };
    return connectionFailure(cause, { ...this.#told, ...nothing, endpoint: host });
  }

  async #attempt(
    method: Verb,
    path: ApiPath,
    { params, signal }: Sending,
  ): Promise<Attempted<Answer>> {
    const change = method !== "GET";
    using limit = this.#deadline(signal);
    const deadline = limit.signal;
    const { hosts } = this.#options;
    let failure: AppError | undefined;
    for (let tried = 0, host = this.#route.preferred; tried < hosts.length; tried++) {
      const url = this.#url(host, `/api2/json${path}`);
      try {
        const response = await send(this.#options.transport, {
          method,
          url,
          headers: { authorization: this.#token.authorization },
          params,
          queried,
          signal: deadline,
        });
        return await this.#read(response, { change, path });
      } catch (cause) {
        if (cause instanceof AppError) throw change ? doubted(cause) : cause;
        if (signal.aborted) throw abortFailure(signal, change);
        const sent = deadline.aborted || !neverConnected(cause);
        failure = connectionFailure(cause, { ...this.#told, endpoint: url.host, change, sent });
        if (deadline.aborted || !sent) {
          // A host that is off the network may not even refuse: the next call asks another one.
          host = (host + 1) % hosts.length;
          this.#route.preferred = host;
        }
        if (deadline.aborted) throw noAnswer(this.#options.timeoutMs, change);
        if (sent) break;
      }
    }
    return { retry: failure ?? new AppError("unavailable", "no Proxmox host is configured") };
  }

  async #read(
    response: Response,
    { change, path }: { change: boolean; path: ApiPath },
  ): Promise<Attempted<Answer>> {
    const { status } = response;
    const body = await readText(response, String(path));
    if (!response.ok) {
      const { statusText: reason } = response;
      const failure = failureOf({ status, body, reason, change, ...this.#told });
      if (status === 502 || status === 503 || status === 504) return { retry: failure };
      throw failure;
    }
    const answer = parsed(body, String(path));
    // A server in between may turn a refusal into a success.
    if (Object.keys(record(answer.errors)).length > 0) {
      throw failureOf({ status: 400, body, change, ...this.#told });
    }
    const { changes, data, total } = answer;
    return { data, total: number(total), changes: text(changes), size: body.length };
  }

  /** What messages say of the token, and of where the configuration names it. */
  get #told(): Pick<FailedAnswer, "tokenId" | "rejected" | "section"> {
    const { rejected, section } = this.#options;
    return { tokenId: this.tokenId, rejected, section };
  }

  #assertOpen(): void {
    if (this.#options.refusal === undefined) return;
    this.#hasRefused = true;
    throw this.#options.refusal;
  }

  #url(host: number, pathname: string): URL {
    const name = hostForUrl(this.#options.hosts[host] ?? "");
    return new URL(`https://${name}:${this.#options.port}${pathname}`);
  }

  #deadline(signal: AbortSignal): Limit {
    return new Limit(signal, this.#options.timeoutMs);
  }
}

function queried(value: unknown): [string] {
  return [typeof value === "boolean" ? (value ? "1" : "0") : String(value)];
}
