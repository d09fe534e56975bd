import { createHash } from "node:crypto";
import type { Params } from "../fake_pve/validate.ts";
import { fail, refuse } from "./errors.ts";
import type { Config } from "./state.ts";

/** SHA-256 of what stands in a configuration file. */
export function digestOf(sections: Iterable<unknown>): string {
  const text = [...sections].map((one) => JSON.stringify(one)).join("\n");
  return createHash("sha256").update(text).digest("hex");
}

/** Refuses when another changed the file since the digest was read. */
export function checkDigest(params: Params, sections: Iterable<unknown>): void {
  const given = params.maybe("digest");
  if (given !== undefined && given !== digestOf(sections)) {
    fail("detected modified configuration - file changed by other user? Try again.");
  }
}

const aside = new Set(["digest", "delete", "node"]);

/** What a call sets of a section. */
export function settings({ values }: Params, without: readonly string[] = []): Config {
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => !aside.has(name) && !without.includes(name)),
  );
}

/** Sets what is named, takes away what `delete` names, keeps the rest. */
export function change(section: Config, params: Params, without: readonly string[] = []): void {
  for (const name of params.list("delete")) delete section[name];
  Object.assign(section, settings(params, without));
}

const event =
  /^(?:(?:mon|tue|wed|thu|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday)(?:[.,]+[a-z]+)*\s*)?(?:[\d*.,/-]+\s*)?(?:[\d*.,/]+(?::[\d*.,/]+){0,2})?$|^(?:minutely|hourly|daily|weekly|monthly|yearly|quarterly|semiannually|annually)$/i;

export function checkSchedule(params: Params, name = "schedule"): void {
  const text = params.maybe(name);
  if (text === undefined || (text !== "" && event.test(text))) return;
  const first = text.split(" ")[0];
  refuse({ [name]: `unable to parse calendar event at '${first}' - Context("weekday")` });
}
