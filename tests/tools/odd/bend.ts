import type { Schema } from "../../fake_pve/contract.ts";
import { schemaOf } from "../../fake_pve/validate.ts";

/** Stands for a member that is left out. */
export const GONE = Symbol("gone");

/** A member of an object in an answer, or, without a name, of a list. */
export interface Member {
  readonly name: string;
  readonly value: unknown;
  /** Undefined for what the API does not describe. */
  readonly schema: Schema | undefined;
  /** From 0 up to 1. */
  readonly chance: () => number;
}

/** What stands in a member's place. */
export type Bend = (member: Member) => unknown;

/** Bends each member of each object and list in a value. */
export function bent(
  value: unknown,
  { bend, chance, schema }: { bend: Bend; chance: () => number; schema: Schema | undefined },
): unknown {
  if (Array.isArray(value)) {
    const own = schema?.items;
    return value.map((item) => bent(item, { bend, chance, schema: own }))
      .map((value) => bend({ name: "", value, schema: own, chance }))
      .filter((item) => item !== GONE);
  }
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => {
    const own = schemaOf(schema?.properties ?? {}, name);
    const inside = bent(member, { bend, chance, schema: own });
    return [name, bend({ name, value: inside, schema: own, chance })] as const;
  });
  return Object.fromEntries(members.filter(([, member]) => member !== GONE));
}

/** Numbers from 0 up to 1, the same ones for the same text (FNV-1a, then mulberry32). */
export function chancesOf(text: string): () => number {
  let state = 0x811c9dc5;
  for (const letter of text) state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
