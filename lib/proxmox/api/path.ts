import { AppError } from "../../errors.ts";

/**
 * A path below `/api2/json`, built only by {@linkcode path} and {@linkcode pathOf}: the client takes nothing else, so no
 * string can reach Proxmox unescaped.
 */
export class ApiPath {
  readonly #text: string;

  /** @internal Use the `path` tag. */
  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** A volume id (`storage:iso/name.iso`) or a CIDR: the only values that may hold a slash. */
export class SlashSegment {
  readonly text: string;

  /** @internal Use `volume` or `cidr`. */
  constructor(text: string) {
    this.text = text;
  }
}

/**
 * Builds a path from a template: `` path`/nodes/${node}/qemu/${vmid}/config` ``. Each value is one
 * segment and is percent-encoded.
 *
 * @throws AppError `invalid` for a value that is empty, `.`, `..`, or holds `/`, `\`, `%`, `?`, `#`
 * or a control character. (`encodeURIComponent("..")` is `..`, and a URL resolves it away.)
 */
export function path(
  template: TemplateStringsArray,
  ...values: (string | number | SlashSegment)[]
): ApiPath {
  let text = template[0] ?? "";
  values.forEach((value, index) => {
    text += encodeSegment(value) + (template[index + 1] ?? "");
  });
  return new ApiPath(text);
}

/**
 * Marks a volume id for use in a path.
 *
 * @throws AppError `invalid` unless it reads `storage:name` without `..` and control characters
 */
export function volume(volid: string): SlashSegment {
  const parts = volid.slice(volid.indexOf(":") + 1).split("/");
  const sound = /^[A-Za-z][A-Za-z0-9._-]*:[^\p{Cc}%?#\\]+$/u.test(volid) &&
    parts.every((part) => part !== "" && part !== "." && part !== "..");
  if (!sound) throw invalidSegment(volid);
  return new SlashSegment(volid);
}

/**
 * Marks an address range (`10.0.0.0/24`, `fd00::/64`) for use in a path.
 *
 * @throws AppError `invalid` unless it reads `address/bits`
 */
export function cidr(range: string): SlashSegment {
  if (!/^[0-9A-Fa-f.:]+\/\d{1,3}$/.test(range)) throw invalidSegment(range);
  return new SlashSegment(range);
}

/**
 * Builds a path from segments that are known to be one of the API's own paths, each guarded like a
 * value of {@linkcode path}.
 */
export function pathOf(segments: readonly (string | number | SlashSegment)[]): ApiPath {
  return new ApiPath(segments.map((segment) => `/${encodeSegment(segment)}`).join(""));
}

/**
 * Checks one path segment without building a path, for values that go into a query or a body but
 * name the same things (nodes, storages, snapshots).
 */
export function assertSegment(value: string): string {
  if (!/^[^\p{Cc}/\\%?#]+$/u.test(value) || value === "." || value === "..") {
    throw invalidSegment(value);
  }
  return value;
}

function encodeSegment(value: string | number | SlashSegment): string {
  if (value instanceof SlashSegment) return encodeURIComponent(value.text);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || value < 0) throw invalidSegment(String(value));
    return String(value);
  }
  return encodeURIComponent(assertSegment(value));
}

function invalidSegment(value: string): AppError {
  return new AppError("invalid", `${JSON.stringify(value)} cannot be part of a Proxmox path`);
}
