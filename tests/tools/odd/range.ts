import type { AnyTool } from "../../../lib/tool/tool.ts";
import type { Fault, FaultMatch } from "../../fake_pve.ts";
import type { FakeRequest } from "../../fake_pve/https.ts";
import type { Schema } from "../../fake_pve/contract.ts";
import type { Site, SiteOptions, ToolAnswer } from "../../site.ts";
import type { Arguments } from "../tool_case.ts";
import { type Bend, bent, chancesOf } from "./bend.ts";

/** The same oddities come again with the same seed. */
export const SEED = 20_261_127;

/** What of a simulated server is needed to spoil its answers. */
interface Server {
  readonly requests: readonly FakeRequest[];
  fault(match: FaultMatch, what: Fault, options?: { times?: number }): () => void;
}

/** The GET method that a path is of. */
export type Describe = (path: string) => { readonly path: string; readonly returns: Schema };

const ALWAYS = { times: 100_000 };
/** What is asked for differs by it from day to day. */
const TIME = /\d{9,}/g;
/** Longer than anything is kept. */
const HOURS_MS = 7_200_000;

/** Options of a site on which time stands still, but for what is kept, which is always too old. */
export class Still {
  #at: number | undefined;
  #kept = 0;

  readonly options: Pick<SiteOptions, "monotonic" | "now" | "pve" | "sleep"> = {
    now: () => new Date(this.#now()),
    pve: { now: () => this.#now() },
    monotonic: () => this.#kept,
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        setTimeout(() => signal.aborted ? reject(signal.reason) : resolve(), 2);
      }),
  };

  stop(): void {
    this.#at = Date.now();
  }

  forget(): void {
    this.#kept += HOURS_MS;
  }

  #now(): number {
    return this.#at ?? Date.now();
  }
}

interface Parts {
  readonly site: Site;
  readonly still: Still;
  readonly server: Server;
  readonly describe: Describe;
  readonly tool: AnyTool;
  readonly args: Arguments;
}

/** One tool, called again and again while a server's answers are odd. */
export class Range {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What is answered while nothing is odd, and the paths of what is read for it. */
  async clean(): Promise<{ answer: ToolAnswer; paths: string[] }> {
    const { describe, server: { requests } } = this.#parts;
    const from = requests.length;
    const answer = await this.#call();
    const read = requests.slice(from).filter(({ method }) => method === "GET");
    return { answer, paths: [...new Set(read.map(({ path }) => describe(path).path))] };
  }

  /** What is answered while each answer of the server is bent. */
  async bent(name: string, bend: Bend): Promise<ToolAnswer> {
    return await this.#spoiled({ method: "GET" }, {
      kind: "bent",
      bend: (body, { path, query }) => {
        if (!body.startsWith("{")) return body;
        const { data, ...beside } = JSON.parse(body);
        const asked = JSON.stringify(query).replaceAll(TIME, "");
        const chance = chancesOf([SEED, name, path, asked].join(" "));
        const schema = this.#parts.describe(path).returns;
        const answer = bent({ data }, { bend, chance, schema: { properties: { data: schema } } });
        return JSON.stringify({ ...beside, ...Object(answer) });
      },
    });
  }

  /** What is answered while one path is spoiled. */
  async without(path: string, fault: Fault): Promise<ToolAnswer> {
    const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
    return await this.#spoiled({ method: "GET", path: pattern }, fault);
  }

  async #spoiled(match: FaultMatch, what: Fault): Promise<ToolAnswer> {
    const undo = this.#parts.server.fault(match, what, ALWAYS);
    try {
      return await this.#call();
    } finally {
      undo();
    }
  }

  #call(): Promise<ToolAnswer> {
    const { args, site, still, tool } = this.#parts;
    still.forget();
    return site.call(tool.name, args);
  }
}
