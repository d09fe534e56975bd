/** An answer that is read by a connection of its own, and so comes from any worker. */
export class Heard {
  readonly response: Response;
  /** Whether it has ended, by whomever. */
  ended = false;
  readonly #client: Deno.HttpClient;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;

  private constructor(response: Response, client: Deno.HttpClient) {
    this.response = response;
    this.#client = client;
    this.#reader = response.body?.getReader();
    void this.#read().catch(() => {}).then(() => this.ended = true);
  }

  static async fetch(url: string, init: RequestInit): Promise<Heard> {
    const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
    return new Heard(await fetch(url, { ...init, client }), client);
  }

  async leave(): Promise<void> {
    // One that has broken cannot be left.
    await this.#reader?.cancel().catch(() => {});
    this.#client.close();
  }

  async #read(): Promise<void> {
    while (!(await this.#reader?.read())?.done);
  }
}
