import type { Principal } from "../auth/principal.ts";
import { includesScope, type Scope } from "../auth/scope.ts";
import { admit } from "./admission.ts";
import { callTool } from "./call.ts";
import type { CallResult } from "./call_request.ts";
import type { Caller } from "./caller.ts";
import { ScopeLacking } from "./denied.ts";
import { toolCallOf } from "./json_rpc.ts";
import { type Call, meantCall } from "./meant.ts";
import { openApiWriter } from "./openapi.ts";
import type { McpServices } from "./server.ts";

/** A call without any protocol: a tool's name and its arguments. */
export interface RestCall {
  readonly tool: string;
  readonly arguments: unknown;
  readonly caller: Caller;
  readonly signal: AbortSignal;
}

/** The tools for who speaks no MCP: the same calls, held to the same. */
export class Rest {
  readonly #services: McpServices;
  readonly #write: ReturnType<typeof openApiWriter>;

  constructor(services: McpServices) {
    const { catalog, server: { version } } = services;
    this.#services = services;
    this.#write = openApiWriter({ version, scopeOf: (tool) => catalog.scopeOf(tool) });
  }

  /** Whether there is a tool of this name, whoever may call it. */
  has(tool: string): boolean {
    return this.#services.catalog.get(tool) !== undefined;
  }

  /**
   * The scope that a message calls a tool without, where the caller's role would give it to who signs in
   * anew; undefined for every other message. Nothing is run by asking.
   */
  lacking(message: object, { principal, language }: Caller): Scope | undefined {
    const { signedIn } = principal;
    const call = toolCallOf(message);
    if (signedIn === undefined || call === undefined) return undefined;
    const { catalog } = this.#services;
    try {
      const { tool, through = tool } = meantCall<Call>(catalog, call);
      for (const name of [through, tool]) admit(catalog, name, { principal, language });
    } catch (error) {
      const needed = error instanceof ScopeLacking ? error.needed : undefined;
      return needed && includesScope(signedIn.upTo, needed) ? needed : undefined;
    }
    return undefined;
  }

  /** Calls a tool. Nobody can be asked: a call that needs a yes is carried out or refused as `tools.confirm` says. */
  call({ caller, ...call }: RestCall): Promise<CallResult> {
    return callTool(this.#services, {
      ...caller,
      ...call,
      progress: () => {},
      confirmation: "impossible",
    });
  }

  /** What a caller may call, as OpenAPI 3.1 tells it. */
  async describe(principal: Principal): Promise<unknown> {
    const { catalog, able } = this.#services;
    const callable = catalog.callableBy(principal, await able(principal));
    return this.#write(
      callable.filter((tool) => !tool.leadsToOthers),
      catalog.clustersFor(principal.limits),
    );
  }
}
