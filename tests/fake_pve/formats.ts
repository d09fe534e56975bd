import { type PropertySchemas, propertyString } from "./property_strings.ts";

/** Says what is wrong with a value, in Proxmox's words, or undefined when it fits. */
export type FormatCheck = (value: string) => string | undefined;

const name = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const dnsName = new RegExp(`^(?:${name}\\.)*${name}$`);
const nodeName = new RegExp(`^${name}$`);
const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/;

function isIpv4(value: string): boolean {
  return ipv4.test(value);
}

function isIpv6(value: string): boolean {
  return /^[0-9a-fA-F:.]+$/.test(value) && value.includes(":") &&
    URL.canParse(`http://[${value}]/`);
}

function isIp(value: string): boolean {
  return isIpv4(value) || isIpv6(value);
}

function isCidr(value: string, family?: 4 | 6): boolean {
  const [address = "", bits = "", ...rest] = value.split("/");
  if (rest.length || !/^\d{1,3}$/.test(bits)) return false;
  if (family !== 6 && isIpv4(address)) return Number(bits) >= 1 && Number(bits) <= 32;
  return family !== 4 && isIpv6(address) && Number(bits) >= 1 && Number(bits) <= 128;
}

function matches(pattern: RegExp, complaint: string): FormatCheck {
  return (value) => pattern.test(value) ? undefined : complaint;
}

function fits(test: (value: string) => boolean, complaint: string): FormatCheck {
  return (value) => test(value) ? undefined : complaint;
}

function named(pattern: RegExp, complaint: (value: string) => string): FormatCheck {
  return (value) => pattern.test(value) ? undefined : complaint(value);
}

function addressSpec(value: string): string | undefined {
  for (const part of value.split(",")) {
    const range = part.split("-");
    const known = isIp(part) || isCidr(part) || (range.length === 2 && range.every(isIp)) ||
      /^(?:\+|dc\/|guest\/|\+dc\/|\+guest\/|\+sdn\/)?[A-Za-z][A-Za-z0-9\-_]+$/.test(part);
    if (!known) return `invalid address, network, alias or set '${part}'`;
  }
  return undefined;
}

function portSpec(value: string): string | undefined {
  for (const part of value.split(",")) {
    const range = /^(\d{1,5})(?::(\d{1,5}))?$/.exec(part);
    const bad = range
      ? [range[1], range[2] ?? "0"].some((p) => Number(p) > 65535)
      : !/^[a-z][a-z0-9-]*$/.test(part);
    if (bad) return `invalid port '${part}'`;
  }
  return undefined;
}

const contentTypes = ["images", "rootdir", "vztmpl", "iso", "backup", "snippets", "import", "none"];

const simple: Record<string, FormatCheck> = {
  "pve-vmid": matches(/^[1-9][0-9]{2,8}$/, "value does not look like a valid VM ID"),
  "pve-node": matches(nodeName, "value does not look like a valid node name"),
  "pve-configid": named(/^[a-z][a-z0-9_-]+$/i, (v) => `invalid configuration ID '${v}'`),
  "dns-name": matches(dnsName, "value does not look like a valid DNS name"),
  "pve-storage-id": named(
    /^[a-z][a-z0-9\-_.]*[a-z0-9]$/i,
    (v) => `storage ID '${v}' contains illegal characters`,
  ),
  "pve-volume-id": named(
    /^[a-z][a-z0-9\-_.]*[a-z0-9]:\S+$/i,
    (v) => `unable to parse volume ID '${v}'`,
  ),
  "pve-volume-id-or-qm-path": named(
    /^(?:none|cdrom|\/\S*|[a-z][a-z0-9\-_.]*[a-z0-9]:\S+)$/i,
    (v) => `unable to parse volume ID '${v}'`,
  ),
  "pve-volume-id-or-absolute-path": named(
    /^(?:\/\S*|[a-z][a-z0-9\-_.]*[a-z0-9]:\S+)$/i,
    (v) => `unable to parse volume ID '${v}'`,
  ),
  "pve-lxc-mp-string": named(/^[^:,\s]\S*$/, (v) => `unable to parse volume ID '${v}'`),
  "pve-poolid": named(
    /^[A-Za-z0-9.\-_]+(?:\/[A-Za-z0-9.\-_]+){0,2}$/,
    (v) => `value '${v}' does not look like a valid pool name`,
  ),
  "pve-userid": named(
    /^[^\s:/]+@[A-Za-z][A-Za-z0-9.\-_]+$/,
    (v) => `value '${v}' does not look like a valid user name`,
  ),
  "pve-tokenid": named(
    /^[^\s:/]+@[A-Za-z][A-Za-z0-9.\-_]+![A-Za-z][A-Za-z0-9.\-_]+$/,
    (v) => `value '${v}' does not look like a valid token ID`,
  ),
  "pve-groupid": named(
    /^[A-Za-z0-9.\-_]+$/,
    (v) => `group name '${v}' contains invalid characters`,
  ),
  "pve-roleid": named(/^[A-Za-z0-9.\-_]+$/, (v) => `role name '${v}' contains invalid characters`),
  "pve-realm": matches(/^[A-Za-z][A-Za-z0-9.\-_]+$/, "value does not look like a valid realm"),
  "pve-priv": named(/^[A-Z][A-Za-z]+(?:\.[A-Za-z]+)+$/, (v) => `invalid privilege '${v}'`),
  "pve-tag": matches(/^[a-z0-9_][a-z0-9_\-+.]*$/i, "invalid characters in tag"),
  "pve-bridge-id": matches(/^[a-zA-Z0-9_.-]+$/, "value does not look like a valid bridge ID"),
  "pve-iface": named(
    /^[a-zA-Z][a-zA-Z0-9_]{1,20}(?:[:.]\d+)?$/,
    (v) => `invalid network interface name '${v}'`,
  ),
  "pve-storage-content": named(
    new RegExp(`^(?:${contentTypes.join("|")})$`),
    (v) => `invalid content type '${v}'`,
  ),
  "disk-size": named(
    /^\d+(?:\.\d+)?[KMGT]?$/,
    (v) => `value does not look like a valid disk size: ${v}`,
  ),
  "mac-addr": matches(
    /^[a-f0-9][02468ace](?::[a-f0-9]{2}){5}$/i,
    "value does not look like a valid unicast MAC address",
  ),
  ip: fits(isIp, "value does not look like a valid IP address"),
  ipv4: fits(isIpv4, "value does not look like a valid IPv4 address"),
  ipv6: fits(isIpv6, "value does not look like a valid IPv6 address"),
  address: fits(
    (v) => isIp(v) || dnsName.test(v),
    "value does not look like a valid IP address or DNS name",
  ),
  CIDR: fits(isCidr, "value does not look like a valid CIDR network"),
  CIDRv4: fits((v) => isCidr(v, 4), "value does not look like a valid IPv4 network"),
  CIDRv6: fits((v) => isCidr(v, 6), "value does not look like a valid IPv6 network"),
  IPorCIDR: fits(
    (v) => isIp(v) || isCidr(v),
    "value does not look like a valid IP address or CIDR network",
  ),
  IPorCIDRorAlias: fits(
    (v) => isIp(v) || isCidr(v) || /^(?:dc\/|guest\/)?[A-Za-z][A-Za-z0-9\-_]+$/.test(v),
    "value does not look like a valid IP address, CIDR network or alias",
  ),
  "pve-ipv4-config": fits(
    (v) => v === "dhcp" || v === "manual" || isCidr(v, 4),
    "value does not look like a valid ipv4 network configuration",
  ),
  "pve-ipv6-config": fits(
    (v) => ["dhcp", "auto", "manual"].includes(v) || isCidr(v, 6),
    "value does not look like a valid ipv6 network configuration",
  ),
  "ipv4mask": fits(isIpv4, "value does not look like a valid IPv4 netmask"),
  urlencoded: named(
    /^(?:[-A-Za-z0-9_.~!*'()]|%[0-9a-fA-F]{2})*$/,
    (v) => `invalid urlencoded string: ${v}`,
  ),
  email: matches(/^[^\s@]+@[^\s@]+$/, "value does not look like a valid email address"),
  "email-or-username": matches(
    /^\S+$/,
    "value does not look like a valid email address or user name",
  ),
  "pve-calendar-event": calendarEvent,
  "pve-day-of-week": matches(/^(?:mon|tue|wed|thu|fri|sat|sun)$/i, "invalid day of week"),
  "pve-replication-job-id": matches(
    /^[1-9][0-9]{2,8}-\d{1,9}$/,
    "value does not look like a valid replication job id",
  ),
  "pve-ha-resource-id": named(/^(?:vm|ct):\d+$/, (v) => `unable to parse resource id '${v}'`),
  "pve-ha-resource-or-vm-id": named(
    /^(?:(?:vm|ct):)?\d+$/,
    (v) => `unable to parse resource id '${v}'`,
  ),
  "pve-ha-node": matches(/^[A-Za-z0-9-]+(?::\d+)?$/, "value does not look like a valid ha node"),
  "pve-task-status-type": named(
    /^(?:ok|error|warning|unknown)$/i,
    (v) => `invalid task state '${v}'`,
  ),
  "pve-hotplug-features": matches(
    /^(?:[01]|(?:network|disk|cpu|memory|usb|cloudinit)(?:[,;](?:network|disk|cpu|memory|usb|cloudinit))*)$/,
    "unknown hotplug feature",
  ),
  "pve-qm-bootdisk": named(
    /^(?:ide|sata|scsi|virtio|efidisk|tpmstate)\d+$/,
    (v) => `invalid boot disk '${v}'`,
  ),
  "pve-ct-timezone": matches(/^[A-Za-z0-9_+\-/]+$/, "invalid time zone"),
  "storage-pair": matches(
    /^(?:1|[a-z][a-z0-9\-_.]*[a-z0-9](?::[a-z][a-z0-9\-_.]*[a-z0-9])?)$/i,
    "value does not look like a valid storage pair",
  ),
  "lxc-ip-with-ll-iface": fits(
    (v) => isIp(v.split("%")[0] ?? "") || v === "host",
    "value does not look like a valid IP address",
  ),
  "pve-fw-addr-spec": addressSpec,
  "pve-fw-dport-spec": portSpec,
  "pve-fw-sport-spec": portSpec,
  "pve-fw-protocol-spec": named(/^(?:\d{1,3}|[a-z][a-z0-9-]*)$/i, (v) => `unknown protocol '${v}'`),
  "pve-fw-icmp-type-spec": named(/^[a-z0-9-]+$/i, (v) => `unknown icmp-type '${v}'`),
  "pve-storage-path": named(/^\/[^\0\n]*$/, (v) => `value does not look like a valid path: ${v}`),
  "pve-cpuset": matches(
    /^\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*$/,
    "value does not look like a valid cpu list",
  ),
  "pve-phys-bits": matches(/^(?:host|\d+)$/, "value must be an integer between 8 and 64 or 'host'"),
};

const strings = { type: "string", optional: 1 };
const flags = { type: "boolean", optional: 1 };
const counts = { type: "integer", minimum: 0, optional: 1 };

const structured: Record<string, PropertySchemas> = {
  "pve-qm-ipconfig": {
    ip: { ...strings, format: "pve-ipv4-config" },
    gw: { ...strings, format: "ipv4", requires: "ip" },
    ip6: { ...strings, format: "pve-ipv6-config" },
    gw6: { ...strings, format: "ipv6", requires: "ip6" },
  },
  "pve-qm-boot": {
    legacy: { ...strings, pattern: "[acdn]{1,4}" },
    order: strings,
  },
  "pve-vm-cpu-conf": {
    cputype: strings,
    "reported-model": strings,
    hidden: flags,
    "hv-vendor-id": strings,
    flags: strings,
    "phys-bits": strings,
    "guest-phys-bits": counts,
  },
  "pve-startup-order": { order: counts, up: counts, down: counts },
  "prune-backups": {
    "keep-all": flags,
    "keep-last": counts,
    "keep-hourly": counts,
    "keep-daily": counts,
    "keep-weekly": counts,
    "keep-monthly": counts,
    "keep-yearly": counts,
  },
  "backup-fleecing": { enabled: flags, storage: { ...strings, format: "pve-storage-id" } },
  "backup-performance": { "max-workers": counts, "pbs-entries-max": counts },
  "pve-qm-watchdog": { model: { ...strings, enum: ["i6300esb", "ib700"] }, action: strings },
  "pve-qm-rng": { source: strings, max_bytes: counts, period: counts },
  "pve-qm-cicustom": { meta: strings, network: strings, user: strings, vendor: strings },
  "pve-qm-smbios1": {
    uuid: strings,
    version: strings,
    serial: strings,
    manufacturer: strings,
    product: strings,
    sku: strings,
    family: strings,
    base64: flags,
  },
  "pve-qm-ide": {
    file: { ...strings, format: "pve-volume-id-or-qm-path" },
    media: strings,
    size: strings,
  },
};

const cpuTypes =
  /^(?:custom-.+|host|max|kvm(?:32|64)|qemu(?:32|64)|x86-64-v[234](?:-AES)?|EPYC.*|Opteron_G\d|Skylake-.*|Icelake-.*|Cascadelake-.*|Haswell.*|Broadwell.*|SandyBridge.*|IvyBridge.*|Nehalem.*|Westmere.*|Penryn|Conroe|SapphireRapids.*)$/;

function cpuComplaint(type = ""): string | undefined {
  if (cpuTypes.test(type)) return undefined;
  return `Built-in cputype '${type}' is not defined (missing 'custom-' prefix?)`;
}

const calendarWords =
  /^(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*|minutely|hourly|daily|weekly|monthly|quarterly|semiannually|yearly|utc)$/i;

function calendarEvent(value: string): string | undefined {
  if ((value.match(/[a-z]+/gi) ?? []).every((word) => calendarWords.test(word))) return undefined;
  return `invalid calendar event '${value}' - unable to parse calendar event at '${value}' - Context("weekday")\n`;
}

/** Checks a value against a format named by the contract; unknown formats accept everything. */
export function checkFormat(format: string, value: string, path: string): string | undefined {
  if (format.endsWith("-opt")) {
    return value === "" ? undefined : checkFormat(format.slice(0, -4), value, path);
  }
  const shape = structured[format];
  if (shape) {
    const { values, complaint } = propertyString(format, shape, value, path);
    return complaint ?? (format === "pve-vm-cpu-conf" ? cpuComplaint(values.cputype) : undefined);
  }
  const one = simple[format];
  if (one) return one(value);
  if (!format.endsWith("-list")) return undefined;
  for (const item of value.split(/[\0,; ]+/).filter((part) => part !== "")) {
    const complaint = checkFormat(format.slice(0, -5), item, path);
    if (complaint) return complaint;
  }
  return undefined;
}
