import * as z from "zod";
import { bridgeName } from "./fields.ts";

/** Whether an address has a prefix that Proxmox takes (`pve_verify_cidrv4`, `pve_verify_cidrv6`). */
function isCidr(address: string, schema: z.ZodCIDRv4 | z.ZodCIDRv6): boolean {
  return schema.safeParse(address).success && Number(address.slice(address.indexOf("/") + 1)) >= 8;
}

/** The addresses of an interface. */
export const addressInput = {
  ip: z.string().regex(/^(dhcp|\d+(\.\d+){3}\/\d+)$/, "must be dhcp or like 10.0.0.5/24")
    .refine((ip) => ip === "dhcp" || isCidr(ip, z.cidrv4()), "must be like 10.0.0.5/24")
    .optional(),
  gateway: z.ipv4().optional(),
  ip6: z.string().regex(/^(auto|dhcp|[0-9a-fA-F:.]+\/\d+)$/, "must be auto, dhcp or a CIDR")
    .refine((ip) => /^[a-z]+$/.test(ip) || isCidr(ip, z.cidrv6()), "must be like fd00::5/64")
    .optional(),
  gateway6: z.ipv6().optional(),
};

/** How a network card shall be. */
export const nicInput = {
  bridge: bridgeName.optional(),
  vlan: z.int().min(0).max(4094).optional().describe("Tag; 0: none"),
  rate_mb_per_s: z.number().min(0).max(10_240).optional().describe("0: no limit"),
  firewall: z.boolean().optional(),
  link_down: z.boolean().optional(),
  model: z.enum(["virtio", "e1000", "e1000e", "rtl8139", "vmxnet3"]).optional()
    .describe("VMs only"),
  ip: addressInput.ip.describe("Containers only; dhcp or CIDR"),
  gateway: addressInput.gateway,
  ip6: addressInput.ip6,
  gateway6: addressInput.gateway6,
};
