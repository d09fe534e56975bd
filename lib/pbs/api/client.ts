import { Limit } from "../../abort.ts";
import { hostForUrl } from "../../config/hosts.ts";
import { AppError } from "../../errors.ts";
import { abortFailure } from "../../upstream/abort.ts";
import { readBounded } from "../../upstream/body.ts";
import type { ApiPath } from "../../upstream/path.ts";
import {
  type Attempted,
  type Params,
  persist,
  type Retries,
  scrubbed,
  send,
} from "../../upstream/request.ts";
import type { Transport } from "../../upstream/transport.ts";
import { neverConnected } from "../../upstream/unreached.ts";
import { isPbsKind } from "./errors.ts";
import {
  type Answering,
  connectionFailure,
  doubted,
  failureOf,
  garbled,
  noAnswer,
} from "./failures.ts";
import { Gate } from "./gate.ts";
import { ACCEPTED_ENCODING, inflated } from "./inflate.ts";
import type { Verb } from "./types.ts";

export type { Params };

/** An answer's `data`, and what stands beside it. */
export interface Answer {
  readonly data: unknown;
  /** No count of all rows: of tasks it is what was skipped and given, and one more if there are more. */
  readonly total: number | undefined;
  /** Of the configuration that was read, to be sent back with a change to it. */
  readonly digest: string | undefined;
  readonly size: number;
}

export interface ClientOptions extends Retries {
  /** The name that the config gives the server. */
  readonly server: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly tokenName: string;
  readonly tokenValue: string;
  readonly timeoutMs: number;
  readonly transport: Transport;
  /** Milliseconds by a clock that nobody sets. */
  readonly clock: () => number;
  /** Among how many workers what may be asked at once is divided; 1 when not given. */
  readonly share?: number;
}

/** What one request is sent with. */
export interface RequestOptions {
  /** In whose name; none for what this program itself asks. */
  readonly caller?: string | undefined;
  readonly params?: Params;
  /** Longer than the configured time, for what reads every manifest. */
  readonly timeoutMs?: number | undefined;
  readonly signal: AbortSignal;
}

/**
 * The only way to one Proxmox Backup Server. GETs are retried at most twice, with jitter, after connection
 * errors and 502/503/504; everything else is sent once.
 */
export class PbsClient {
  #options: ClientOptions;
  readonly #gate: Gate;
  /** Every token's value that it has had, as it is and as it is sent. */
  readonly #secrets = new Set<string>();

  constructor(options: ClientOptions) {
    const { clock, share = 1, server } = options;
    this.#options = options;
    this.#gate = new Gate({ server, clock, share, after: (ms) => AbortSignal.timeout(ms) });
    this.#keepSecret();
  }

  /** Goes on with another API token, for every request from now on. */
  renew(credential: Pick<ClientOptions, "user" | "tokenName" | "tokenValue">): void {
    this.#options = { ...this.#options, ...credential };
    this.#keepSecret();
  }

  /** `user@realm!name` of the API token. */
  get tokenId(): string {
    return `${this.#options.user}!${this.#options.tokenName}`;
  }

  /** The name that the config gives the server. */
  get server(): string {
    return this.#options.server;
  }

  /** How long a request may take when nothing else is said. */
  get timeoutMs(): number {
    return this.#options.timeoutMs;
  }

  /**
   * Sends one request and reads its answer.
   *
   * @throws AppError with the server's own reason; never with the token's secret
   */
  async request(method: Verb, path: ApiPath, options: RequestOptions): Promise<Answer> {
    const { caller, signal } = options;
    const change = method !== "GET";
    const attempt = () => this.#attempt(method, path, options);
    try {
      return await this.#gate.pass(
        { change, caller, signal },
        () => persist(attempt, { ...this.#options, again: !change, signal }),
      );
    } catch (error) {
      throw scrubbed(
        change && error instanceof AppError ? doubted(error) : error,
        [...this.#secrets],
      );
    }
  }

  /**
   * Reads a static file, which needs no login.
   *
   * @throws AppError `not_found` where the server has no such file
   */
  async file(pathname: string, signal: AbortSignal): Promise<string> {
    const { host, port, server } = this.#options;
    const url = new URL(`https://${hostForUrl(host)}:${port}${pathname}`);
    using limit = new Limit(signal, this.timeoutMs);
    const request = { method: "GET", headers: {}, signal: limit.signal };
    const response = await this.#options.transport(url, request).catch((cause) => {
      if (signal.aborted) throw abortFailure(signal, false);
      if (limit.signal.aborted) {
        throw noAnswer({ server }, { timeoutMs: this.timeoutMs, change: false });
      }
      throw connectionFailure(cause, { endpoint: url.host, change: false, sent: false, server });
    });
    const text = await readBounded(
      response,
      () => garbled({ server }, `to ${pathname} is too large`),
    );
    if (response.ok) return text;
    throw new AppError("not_found", `backup server ${server} does not serve ${pathname}`);
  }

  async #attempt(
    method: Verb,
    path: ApiPath,
    { params = {}, signal, timeoutMs = this.timeoutMs }: RequestOptions,
  ): Promise<Attempted<Answer>> {
    const { host, port, server, transport } = this.#options;
    const change = method !== "GET";
    const url = new URL(`https://${hostForUrl(host)}:${port}/api2/json${path}`);
    using limit = new Limit(signal, timeoutMs);
    try {
      const response = await send(transport, {
        method,
        url,
        headers: { authorization: this.#authorization, "accept-encoding": ACCEPTED_ENCODING },
        params,
        queried: (value) => [value].flat().map(String),
        signal: limit.signal,
      });
      return await this.#read(response, { change, path });
    } catch (cause) {
      if (isPbsKind(cause, "unreachable", "gateway")) return { retry: cause };
      if (cause instanceof AppError) throw cause;
      if (signal.aborted) throw abortFailure(signal, change);
      if (limit.signal.aborted) throw noAnswer({ server }, { timeoutMs, change });
      const sent = !neverConnected(cause);
      const failure = connectionFailure(cause, { endpoint: url.host, change, sent, server });
      if (isPbsKind(failure, "unreachable")) return { retry: failure };
      throw failure;
    }
  }

  async #read(
    response: Response,
    { change, path }: { change: boolean; path: ApiPath },
  ): Promise<Answer> {
    const { ok, status } = response;
    const body = await readBounded(
      await inflated(
        response,
        (cause) => garbled(this.#answering, "cannot be unpacked", cause),
      ),
      () => garbled(this.#answering, `to ${path} is larger than 8 MiB; ask for less of it`),
    );
    if (!ok) throw failureOf({ status, body, change, ...this.#answering });
    const answer = this.#parsed(body);
    const { digest, total } = answer;
    return {
      data: answer.data,
      total: typeof total === "number" ? total : undefined,
      digest: typeof digest === "string" ? digest : undefined,
      size: body.length,
    };
  }

  /** An answer always has `data`: anything else comes from somewhere else, and throws. */
  #parsed(body: string): { data: unknown; total?: unknown; digest?: unknown } {
    let answer: unknown;
    try {
      answer = JSON.parse(body);
    } catch (cause) {
      throw garbled(this.#answering, "was cut off or is not JSON", cause);
    }
    if (typeof answer === "object" && answer !== null && "data" in answer) return answer;
    throw garbled(this.#answering, "is no answer of its API: it holds no data");
  }

  /** The server decodes the secret, so what could end it or be decoded is encoded. */
  get #secret(): string {
    return encodeURIComponent(this.#options.tokenValue);
  }

  get #authorization(): string {
    return `PBSAPIToken=${this.tokenId}:${this.#secret}`;
  }

  #keepSecret(): void {
    const { tokenValue } = this.#options;
    if (tokenValue !== "") this.#secrets.add(tokenValue).add(this.#secret);
  }

  get #answering(): Answering {
    return { server: this.server, tokenId: this.tokenId };
  }
}
