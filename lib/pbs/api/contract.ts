import type { Verb } from "./types.ts";

/** The API of a backup server, as one of this version describes it; written by `deno task api`. */
export interface Contract {
  readonly version: string;
  readonly schemas: readonly object[];
  readonly methods: readonly ContractMethod[];
}

export type ContractMethod = readonly [
  method: Verb,
  path: string,
  /** Of each parameter, where its schema stands. */
  parameters: Readonly<Record<string, number>>,
  /** 1 where it takes parameters that are not described. */
  open: 0 | 1,
  permissions: unknown,
  returns: readonly [type: string, ...fields: string[]],
];

/** It is read where somebody asks for it, and kept then. */
export async function readContract(): Promise<Contract> {
  const { default: contract } = await import("./contract.json", { with: { type: "json" } });
  return contract as unknown as Contract;
}
