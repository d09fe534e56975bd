import { AppError } from "../errors.ts";

/** What a task's id tells of it. */
export interface PbsUpid {
  readonly startTime: Date;
  /** `user@realm`, or `user@realm!token` for a task that an API token started. */
  readonly user: string;
}

/** As the server itself knows it: `UPID:node:pid:pstart:taskid:starttime:type:id:user:`, one field more than Proxmox VE's. */
const FORM =
  /^UPID:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?:[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,9}:[0-9A-Fa-f]{8,16}:([0-9A-Fa-f]{8}):[^:\s/]+:[^:\s/]*:([^:\s/]+):$/;

/** @throws AppError `invalid` */
export function parsePbsUpid(upid: string): PbsUpid {
  const match = FORM.exec(upid);
  if (match === null) {
    throw new AppError("invalid", `${JSON.stringify(upid)} is not a UPID of a backup server`);
  }
  const [, start = "", user = ""] = match;
  return { startTime: new Date(parseInt(start, 16) * 1000), user };
}
