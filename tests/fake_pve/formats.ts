import { type PropertySchemas, propertyString } from "./property_strings.ts";

/** What a value must match, and Proxmox's complaint, with `%s` for the value. */
type Format = [test: RegExp | ((value: string) => boolean), complaint: string];

const name = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const dnsName = new RegExp(`^(?:${name}\\.)*${name}$`);
const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/;
const contentTypes = /^(?:images|rootdir|vztmpl|iso|backup|snippets|import|none)$/;
const noVolume = "unable to parse volume ID '%s'";

function isIpv6(value: string): boolean {
  return /^[0-9a-fA-F:.]+$/.test(value) && value.includes(":") &&
    URL.canParse(`http://[${value}]/`);
}

function isIp(value: string): boolean {
  return ipv4.test(value) || isIpv6(value);
}

function isCidr(value: string, family?: 4 | 6): boolean {
  const [, address = "", bits] = /^([^/]+)\/(\d{1,3})$/.exec(value) ?? [];
  const most = family !== 6 && ipv4.test(address) ? 32 : family !== 4 && isIpv6(address) ? 128 : 0;
  return Number(bits) >= 8 && Number(bits) <= most;
}

const words =
  /^(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*|minutely|hourly|daily|weekly|monthly|quarterly|semiannually|yearly|utc)$/i;

function isCalendarEvent(value: string): boolean {
  return (value.match(/[a-z]+/gi) ?? []).every((word) => words.test(word));
}

const formats: Record<string, Format> = {
  "pve-vmid": [/^[1-9][0-9]{2,8}$/, "value does not look like a valid VM ID"],
  "pve-node": [new RegExp(`^${name}$`), "value does not look like a valid node name"],
  "pve-configid": [/^[a-z][a-z0-9_-]+$/i, "invalid configuration ID '%s'"],
  "pve-ha-resource-id": [
    /^(?:vm|ct):[1-9]\d{2,8}$/,
    "value does not look like a valid ha resource id",
  ],
  "pve-ha-resource-or-vm-id": [
    /^(?:(?:vm|ct):)?[1-9]\d{2,8}$/,
    "value does not look like a valid ha resource id",
  ],
  "pve-ha-node": [
    new RegExp(`^${name}(?::\\d+)?$`),
    "value does not look like a valid ha group node",
  ],
  "dns-name": [dnsName, "value does not look like a valid DNS name"],
  "pve-storage-id": [
    /^[a-z][a-z0-9\-_.]*[a-z0-9]$/i,
    "storage ID '%s' contains illegal characters",
  ],
  "pve-volume-id": [/^[a-z][a-z0-9\-_.]*[a-z0-9]:\S+$/i, noVolume],
  "pve-volume-id-or-qm-path": [/^(?:none|cdrom|\/\S*|[a-z][\w\-.]*[a-z0-9]:\S+)$/i, noVolume],
  "pve-volume-id-or-absolute-path": [/^(?:\/\S*|[a-z][\w\-.]*[a-z0-9]:\S+)$/i, noVolume],
  "pve-lxc-mp-string": [/^[^:,\s]\S*$/, noVolume],
  "pve-poolid": [
    /^[\w.-]+(?:\/[\w.-]+){0,2}$/,
    "value '%s' does not look like a valid pool name",
  ],
  "pve-userid": [
    /^[^\s:/]+@[A-Za-z][\w.-]+$/,
    "value '%s' does not look like a valid user name",
  ],
  "pve-tag": [/^[a-z0-9_][a-z0-9_\-+.]*$/i, "invalid characters in tag"],
  "pve-bridge-id": [/^[a-zA-Z0-9_.-]+$/, "value does not look like a valid bridge ID"],
  "pve-storage-content": [contentTypes, "invalid content type '%s'"],
  "pve-calendar-event": [
    isCalendarEvent,
    "invalid calendar event '%s' - unable to parse calendar event at '%s' - Context(\"weekday\")\n",
  ],
  "pve-task-status-type": [/^(?:ok|error|warning|unknown)$/i, "invalid task state '%s'"],
  "disk-size": [/^\d+(?:\.\d+)?[KMGT]?$/, "value does not look like a valid disk size: %s"],
  "mac-addr": [
    /^[a-f0-9][02468ace](?::[a-f0-9]{2}){5}$/i,
    "value does not look like a valid unicast MAC address",
  ],
  ip: [isIp, "value does not look like a valid IP address"],
  ipv4: [ipv4, "value does not look like a valid IPv4 address"],
  ipv6: [isIpv6, "value does not look like a valid IPv6 address"],
  address: [
    (value) => isIp(value) || dnsName.test(value),
    "value does not look like a valid IP address or DNS name",
  ],
  CIDR: [(value) => isCidr(value), "value does not look like a valid CIDR network"],
  "pve-ipv4-config": [
    (value) => value === "dhcp" || value === "manual" || isCidr(value, 4),
    "value does not look like a valid ipv4 network configuration",
  ],
  "pve-ipv6-config": [
    (value) => ["dhcp", "auto", "manual"].includes(value) || isCidr(value, 6),
    "value does not look like a valid ipv6 network configuration",
  ],
  urlencoded: [
    /^(?:[-A-Za-z0-9_.~!*'()]|%[0-9a-fA-F]{2})*$/,
    "invalid urlencoded string: %s",
  ],
  "storage-pair": [
    /^(?:1|[a-z][\w\-.]*[a-z0-9](?::[a-z][\w\-.]*[a-z0-9])?)$/i,
    "value does not look like a valid storage pair",
  ],
};

const strings = { type: "string", optional: 1 };
const flags = { type: "boolean", optional: 1 };
const counts = { type: "integer", minimum: 0, optional: 1 };

/** Property strings whose parts the API description does not tell. */
const structured: Record<string, PropertySchemas> = {
  "pve-qm-ipconfig": {
    ip: { ...strings, format: "pve-ipv4-config" },
    gw: { ...strings, format: "ipv4", requires: "ip" },
    ip6: { ...strings, format: "pve-ipv6-config" },
    gw6: { ...strings, format: "ipv6", requires: "ip6" },
  },
  "pve-qm-boot": { legacy: { ...strings, pattern: "[acdn]{1,4}" }, order: strings },
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
};

const cpuTypes =
  /^(?:custom-.+|host|max|kvm(?:32|64)|qemu(?:32|64)|x86-64-v[234](?:-AES)?|EPYC.*|Skylake-.*|Icelake-.*|Haswell.*|Broadwell.*)$/;

function cpuComplaint(type = ""): string | undefined {
  if (cpuTypes.test(type)) return undefined;
  return `Built-in cputype '${type}' is not defined (missing 'custom-' prefix?)`;
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
  const known = formats[format];
  if (known) {
    const [test, complaint] = known;
    const fits = test instanceof RegExp ? test.test(value) : test(value);
    return fits ? undefined : complaint.replaceAll("%s", value);
  }
  if (!format.endsWith("-list")) return undefined;
  for (const item of value.split(/[\0,; ]+/).filter((part) => part !== "")) {
    const complaint = checkFormat(format.slice(0, -5), item, path);
    if (complaint) return complaint;
  }
  return undefined;
}
