import { readFacts, type Schema } from "../fake_pve/contract.ts";
import { once } from "../fake_pve/once.ts";
import { type Route as RouteTo, type Routes, routesOf } from "../fake_pve/routing.ts";

/** What is checked before a method is entered. */
export interface Checked {
  /** Template segments, without slashes. */
  path: string[];
  privs: string[];
  /** Whether any of them does. */
  partial: number;
}

/** `inside`, not read here, tells what the method itself checks. */
export interface Permission {
  user?: "all" | "world" | "root@pam";
  check?: Checked;
  or?: Permission[];
  and?: Permission[];
  userParam?: string;
}

export interface PbsMethod {
  method: string;
  path: string;
  parameters: Record<string, Schema>;
  permissions: Permission;
  protected: number;
  additionalProperties: number;
  returns: Schema;
  /** Fields beside `data`. */
  envelope?: string[];
  transfer?: "DOWNLOAD" | "UPLOAD";
}

export type Route = RouteTo<PbsMethod>;

/** What a Proxmox Backup Server offers, by its own description, corrected where it answered otherwise. */
export const contract = once((): Routes<PbsMethod> & { methods: readonly PbsMethod[] } => {
  const methods = readFacts<PbsMethod>("pbs_api.json");
  return { methods, ...routesOf(methods) };
});
