import type { Schema } from "../../fake_pve/contract.ts";
import { schemaOf } from "../../fake_pve/validate.ts";

/** What is absent from what is made of an object. */
export const GONE = Symbol("gone");

/** A member of an answer, with what the API says of it. */
export interface Member {
  readonly name: string;
  readonly value: unknown;
  /** Undefined for what is not described. */
  readonly schema: Schema | undefined;
  /** Between 0 and 1. */
  readonly chance: () => number;
}

/** What may stand in a member's place: a value, or nothing. */
export type Bend = (member: Member) => unknown;

/** An answer's data with each member of each object in it bent. */
export function bent(
  data: unknown,
  { bend, chance, schema }: {
    bend: Bend;
    chance: () => number;
    schema: Schema | undefined;
  },
): unknown {
  const inside = (value: unknown, described: Schema | undefined): unknown => {
    if (Array.isArray(value)) return value.map((item) => inside(item, described?.items));
    if (typeof value !== "object" || value === null) return value;
    const members = Object.entries(value).map(([name, member]) => {
      const schema = schemaOf(described?.properties ?? {}, name);
      return [name, bend({ name, value: inside(member, schema), schema, chance })];
    });
    return Object.fromEntries(members.filter(([, member]) => member !== GONE));
  };
  return inside(data, schema);
}

/** Numbers between 0 and 1, the same ones for the same seed (mulberry32). */
export function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
