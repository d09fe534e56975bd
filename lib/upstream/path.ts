import { AppError } from "../errors.ts";

/** No name of Proxmox's is longer, and a server may leave a request with a longer path without an answer. */
const LONGEST = 2_000;
const LONGEST_SHOWN = 100;

/** The values for a path's placeholders, by their names. */
export type Segments = Readonly<Record<string, string | number>>;

/**
 * A path below `/api2/json`, built only by {@linkcode apiPath}: the client takes nothing else, so no
 * string can reach Proxmox unescaped.
 */
export class ApiPath {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }

  /** @internal Use `apiPath`. */
  static of(template: string, segments: Segments): ApiPath {
    const encoded = template.split("/").slice(1).map((part) => {
      const name = /^\{(.+)\}$/.exec(part)?.[1];
      return name === undefined ? encodeSegment("", part) : encodeSegment(name, segments[name]);
    });
    return new ApiPath(encoded.map((segment) => `/${segment}`).join(""));
  }
}

/**
 * Builds a path from one of the API's own, such as `/nodes/{node}/qemu/{vmid}/config`. Each value is one
 * segment and is percent-encoded; only `{volume}` and `{cidr}` may hold slashes.
 *
 * @throws AppError `invalid` for a value that is absent, empty, `.`, `..`, longer than 2,000 characters, or holds `/`, `\`, `%`, `?`,
 * `#`, a control character or half a surrogate pair, but for a UPID's escapes. (`encodeURIComponent("..")` is `..`, and a URL resolves it away.)
 */
export function apiPath(template: string, segments: Segments = {}): ApiPath {
  return ApiPath.of(template, segments);
}

/**
 * Checks one path segment without building a path, for values that go into a query or a body but
 * name the same things (nodes, storages, snapshots).
 */
function assertSegment(value: string): string {
  if (!/^[^\p{Cc}\p{Cs}/\\%?#]+$/u.test(value) || value === "." || value === "..") {
    throw invalidSegment(value);
  }
  return value;
}

function encodeSegment(name: string, value: string | number | undefined): string {
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || value < 0) throw invalidSegment(String(value));
    return String(value);
  }
  if (value === undefined) throw invalidSegment(name);
  if (value.length > LONGEST) throw invalidSegment(value);
  if (value.includes("/") && name === "volume") assertVolume(value);
  else if (value.includes("/") && name === "cidr") assertCidr(value);
  else if (value.includes("\\") && name === "upid") assertEscaped(value);
  else assertSegment(value);
  return encodeURIComponent(value);
}

/** `storage:name`, where the name may be a path without `..`. */
function assertVolume(volid: string): void {
  const parts = volid.slice(volid.indexOf(":") + 1).split("/");
  const sound = /^[A-Za-z][A-Za-z0-9._-]*:[^\p{Cc}\p{Cs}%?#\\]+$/u.test(volid) &&
    parts.every((part) => part !== "" && part !== "." && part !== "..");
  if (!sound) throw invalidSegment(volid);
}

/** `10.0.0.0/24`, `fd00::/64`. */
function assertCidr(range: string): void {
  if (!/^[0-9A-Fa-f.:]+\/\d{1,3}$/.test(range)) throw invalidSegment(range);
}

/** Proxmox Backup Server escapes what may not stand in a UPID: `store1\x3avm-101`. */
function assertEscaped(upid: string): void {
  if (!/^UPID:(?:[^\p{Cc}\p{Cs}/\\%?#]|\\x[0-9a-f]{2})+$/u.test(upid)) throw invalidSegment(upid);
}

function invalidSegment(value: string): AppError {
  const shown = JSON.stringify(value.slice(0, LONGEST_SHOWN));
  return new AppError("invalid", `${shown} cannot be part of a Proxmox path`);
}
