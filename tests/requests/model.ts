import assert from "node:assert/strict";
import type { Site } from "../site.ts";

/** What a tool answered: what a model reads, and the same as a value. */
export interface Answer {
  readonly text: string;
  // deno-lint-ignore no-explicit-any -- each script knows the shape it asks for
  readonly value: any;
}

/** What a person asks for. */
export interface Words {
  /** The request itself, which is also what is searched for. */
  readonly words: string;
  /** What the person tells besides: names, keys, addresses. */
  readonly facts?: readonly string[];
}

interface Listed {
  readonly name: string;
  readonly inputSchema: { readonly properties?: Readonly<Record<string, unknown>> };
}

const WAYS = ["search_tools", "describe_tool", "call_tool"];
const FIRST = 3;

/**
 * A scripted model. It calls what tools/list shows; another tool only once an answer or a description has
 * named it, or the search for the request's words finds it among the first three, and after one description
 * of it. Its arguments come from what it has read so far.
 */
export class Model {
  readonly #site: Site;
  readonly #person: Words;
  readonly #listed = new Map<string, Listed>();
  /** Tools that it had described. */
  readonly #described = new Map<string, Listed>();
  /** All that it has read that tells something of the cluster, or names a tool. */
  readonly #read: string[];
  readonly #names = new Set<string>();
  /** The working calls, which is what the bound of a request counts. */
  readonly calls: string[] = [];
  /** Tools that were searched for. */
  readonly searched: string[] = [];

  private constructor(site: Site, person: Words) {
    this.#site = site;
    this.#person = person;
    this.#read = [person.words, ...person.facts ?? []];
  }

  static async start(site: Site, person: Words): Promise<Model> {
    const model = new Model(site, person);
    const { json } = await site.post({ method: "tools/list" });
    for (const tool of json.result.tools as Listed[]) {
      model.#listed.set(tool.name, tool);
    }
    for (const way of WAYS) assert.ok(model.#listed.has(way), `${way} is not listed`);
    return model;
  }

  /**
   * Calls a tool, which must succeed, in the way that there is to it.
   *
   * @param search what is searched for in place of the whole request: some of its words
   */
  async call(
    name: string,
    args: Readonly<Record<string, unknown>>,
    { search = this.#person.words }: { search?: string } = {},
  ): Promise<Answer> {
    const tool = await this.#find(name, search);
    const known = Object.keys(tool.inputSchema.properties ?? {});
    for (const key of Object.keys(args)) {
      assert.ok(known.includes(key), `${name}: nothing tells of the argument ${key}`);
    }
    this.#assertRead(name, args, JSON.stringify(tool));
    this.calls.push(name);
    const answer = this.#listed.has(name)
      ? await this.#ask(name, args)
      : await this.#ask("call_tool", { name, arguments: args });
    this.#read.push(answer.text);
    this.#note(answer.text);
    return answer;
  }

  /** Finds out about a tool without calling it yet. */
  async lookUp(name: string): Promise<void> {
    await this.#find(name, this.#person.words);
  }

  async #find(name: string, search: string): Promise<Listed> {
    const known = this.#listed.get(name) ?? this.#described.get(name);
    if (known !== undefined) return known;
    const tool = await this.#describe(name, search);
    this.#described.set(name, tool);
    return tool;
  }

  /** Finds a tool that is not listed, by a search unless it was named before, and has it described. */
  async #describe(name: string, search: string): Promise<Listed> {
    const said = wordsOf(this.#person.words);
    for (const word of wordsOf(search)) assert.ok(said.has(word), `nobody said ${word}`);
    if (!this.#names.has(name)) {
      this.searched.push(name);
      const { text, value } = await this.#ask("search_tools", { query: search, limit: FIRST });
      const found = value.tools.map((tool: Listed) => tool.name);
      assert.ok(found.includes(name), `"${search}" finds ${found.join(", ")}, not ${name}`);
      this.#note(text);
    }
    const { value } = await this.#ask("describe_tool", { name });
    const tool: Listed = { name, inputSchema: value.input_schema };
    this.#note(value.description);
    return { ...tool, ...value };
  }

  async #ask(name: string, args: object): Promise<Answer> {
    const params = { name, arguments: args, format: "text" };
    const { json } = await this.#site.post({ method: "tools/call", params });
    const { result } = json;
    assert.ok(result, `${name}: ${JSON.stringify(json)}`);
    const [{ text }] = result.content;
    assert.ok(!result.isError, `${name} ${JSON.stringify(args)}: ${text}`);
    assert.doesNotMatch(text, /\bundefined\b/, name);
    return { text, value: result.structuredContent };
  }

  /** Remembers the tools that a text names. */
  #note(text: string): void {
    for (const [name] of text.matchAll(/\b[a-z]+(?:_[a-z]+)+\b/g)) this.#names.add(name);
  }

  /** Fails for a value that stands neither in the request nor in an answer nor in the tool's description. */
  #assertRead(name: string, args: unknown, description: string): void {
    const text = [...this.#read, description].join("\n").toLowerCase();
    const words = wordsOf(text);
    for (const value of leavesOf(args)) {
      // MiB of what a person calls GB.
      const isRead = typeof value === "number"
        ? words.has(String(value)) || words.has(String(value / 1024))
        : text.includes(value.toLowerCase()) || wordsOf(value).isSubsetOf(words);
      assert.ok(isRead, `${name}: nothing that was read holds ${JSON.stringify(value)}`);
    }
  }
}

/** The single values in arguments; switches say nothing that has to be read. */
function leavesOf(value: unknown): (string | number)[] {
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(leavesOf);
  return typeof value === "string" || typeof value === "number" ? [value] : [];
}

/** The words and numbers of a text; sizes such as `10 GB` also as `10g`. */
function wordsOf(text: string): ReadonlySet<string> {
  const lower = text.toLowerCase();
  const sizes = [...lower.matchAll(/(\d+) ?([mgt])i?b\b/g)].map(([, size, unit]) =>
    `${size}${unit}`
  );
  return new Set([...lower.match(/[a-z0-9]+/g) ?? [], ...sizes]);
}
