import type { Dial } from "./line.ts";
import { type Opened, openTrusting, readTrust, type Trust, type TrustNames } from "./open.ts";
import type { Transport } from "./transport.ts";

/** The way to a server, whose trust can be renewed while requests are under way. */
export class Upstream {
  readonly #names: TrustNames;
  #trusted: string;
  #opened: Opened;

  private constructor(names: TrustNames, opened: Opened, trusted: string) {
    this.#names = names;
    this.#opened = opened;
    this.#trusted = trusted;
  }

  /**
   * Opens no connection yet.
   *
   * @throws AppError `invalid` when `ca_file` or the system's certificates cannot be read
   */
  static async open(trust: Trust, names: TrustNames): Promise<Upstream> {
    const trusted = await readTrust(trust, names);
    return new Upstream(names, openTrusting(trusted, names), JSON.stringify(trusted));
  }

  readonly transport: Transport = (url, init) => this.#opened.transport(url, init);

  readonly dial: Dial = (host, port) => this.#opened.dial(host, port);

  /**
   * Trusts what the config and its files say now. What is under way ends on the connection that it has,
   * and no other request goes there.
   *
   * @throws AppError `invalid` as `open` does; then it trusts what it did
   */
  async renew(trust: Trust): Promise<void> {
    const next = await readTrust(trust, this.#names);
    const trusted = JSON.stringify(next);
    if (trusted === this.#trusted) return;
    const before = this.#opened;
    this.#opened = openTrusting(next, this.#names);
    this.#trusted = trusted;
    before.close();
  }

  close(): void {
    this.#opened.close();
  }
}
