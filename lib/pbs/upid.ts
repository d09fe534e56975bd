import { AppError } from "../errors.ts";

/** A task's id, taken apart. */
export interface PbsUpid {
  readonly node: string;
  readonly startTime: Date;
  readonly type: string;
  /** Without escapes: `store1:vm/101`. */
  readonly id: string;
  /** `user@realm`, or `user@realm!token` for a task that an API token started. */
  readonly user: string;
}

/** As the server itself knows it: one field more than Proxmox VE's, and an escaped id. */
const FORM =
  /^UPID:([A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?):[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,9}:[0-9A-Fa-f]{8,16}:([0-9A-Fa-f]{8}):([^:\s/]+):([^:\s/]*):([^:\s/]+):$/;

/**
 * Takes a UPID apart: `UPID:node:pid:pstart:taskid:starttime:type:id:user:`.
 *
 * @throws AppError `invalid`
 */
export function parsePbsUpid(upid: string): PbsUpid {
  const match = FORM.exec(upid);
  const [, node = "", start = "", type = "", id = "", user = ""] = match ?? [];
  if (match === null) {
    throw new AppError("invalid", `${JSON.stringify(upid)} is not a UPID of a backup server`);
  }
  return { node, startTime: new Date(parseInt(start, 16) * 1000), type, id: unescaped(id), user };
}

/** systemd's way: `-` stands for a slash, `\x3a` for a colon; what is no UTF-8 stays as it is. */
function unescaped(id: string): string {
  const bytes = [...id.matchAll(/\\x([0-9a-f]{2})|([^])/g)].flatMap(([, hex, plain = ""]) =>
    hex === undefined
      ? [...new TextEncoder().encode(plain === "-" ? "/" : plain)]
      : [parseInt(hex, 16)]
  );
  return new TextDecoder().decode(new Uint8Array(bytes));
}
