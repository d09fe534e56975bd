import type { Language } from "../messages.ts";
import type { ToolName } from "../tools.ts";

type Words = Readonly<Record<Language, string>>;

/** What a prompt takes. */
export interface PromptArgument {
  readonly name: string;
  readonly description: Words;
  readonly required: boolean;
  /** What completes it: a variable of the addresses of resources. */
  readonly variable?: "cluster" | "node" | "vmid";
}

/** Work that an administrator gives to a model. */
export interface Prompt {
  readonly name: string;
  readonly title: Words;
  readonly description: Words;
  readonly arguments: readonly PromptArgument[];
  /** The tools without which it cannot be done: it is offered to whoever may call them all. */
  readonly needs: readonly ToolName[];
  readonly text: Readonly<Record<Language, (given: Readonly<Record<string, string>>) => string>>;
}

/** The name of a tool in a text, which must be one. */
export function tool(name: ToolName): string {
  return name;
}
