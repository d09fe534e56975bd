import type { Schema } from "./contract.ts";
import { checkValue } from "./values.ts";

export type PropertySchemas = Record<string, Schema>;

// The key that a bare value stands for. The API description does not carry it.
const defaultKeys: Record<string, string> = {
  agent: "enabled",
  efidisk: "file",
  ide: "file",
  sata: "file",
  scsi: "file",
  virtio: "file",
  tpmstate: "file",
  unused: "file",
  machine: "type",
  memory: "current",
  vga: "type",
  usb: "host",
  virtiofs: "dirid",
  rootfs: "volume",
  mp: "volume",
  dev: "path",
  "pve-qm-boot": "legacy",
  "pve-vm-cpu-conf": "cputype",
  "pve-qm-watchdog": "model",
  "pve-qm-rng": "source",
  "pve-qm-ide": "file",
  "backup-fleecing": "enabled",
  "pve-startup-order": "order",
  draid: "data",
};

export interface Parsed {
  values: Record<string, string>;
  complaint?: string;
}

/** Splits `a,b=c` by the given properties; `kind` is the option's name without its number, or the format's. */
export function propertyString(
  kind: string,
  properties: PropertySchemas,
  text: string,
  path: string,
): Parsed {
  const network = kind === "net" && "model" in properties;
  let defaultKey = network ? "model" : defaultKeys[kind];
  if (defaultKey === "file" && !properties.file && properties.volume) defaultKey = "volume";
  const values: Record<string, string> = {};
  for (const part of text.split(",").map((item) => item.trim())) {
    if (part === "") continue;
    const [head, ...tail] = part.split("=");
    let key = head ?? "";
    let value = tail.join("=");
    if (tail.length === 0) {
      if (!defaultKey) {
        return {
          values,
          complaint: "value without key, but schema does not define a default key\n",
        };
      }
      value = key;
      key = defaultKey;
    } else if (network && Object.keys(properties[key] ?? { type: 1 }).length === 0) {
      if (values.model !== undefined) return duplicate(values, "model");
      values.model = key;
      key = "macaddr";
    } else if (key === "volume" && properties.file) {
      key = "file";
    }
    if (values[key] !== undefined) return duplicate(values, key);
    values[key] = value;
  }
  const errors: string[] = [];
  for (const [key, value] of Object.entries(values)) {
    const complaint = checkValue(properties[key], value, `${path}.${key}`);
    if (complaint) errors.push(`${path}.${key}: ${complaint}`);
    const other = properties[key]?.requires;
    if (other && values[other] === undefined) {
      errors.push(`${path}.${other}: missing property - '${path}.${key}' requires this property`);
    }
  }
  for (const [key, schema] of Object.entries(properties)) {
    if (values[key] !== undefined || !schema.type || schema.optional || key === "current") continue;
    errors.push(`${path}.${key}: property is missing and it is not optional`);
  }
  return errors.length
    ? { values, complaint: `format error\n${errors.map((line) => line.trimEnd() + "\n").join("")}` }
    : { values };
}

function duplicate(values: Record<string, string>, key: string): Parsed {
  return { values, complaint: `duplicate key in comma-separated list property: ${key}\n` };
}

/** Writes a property string with the bare value first and the other keys in order. */
export function printProperties(values: Record<string, string>, first: string): string {
  const head = values[first];
  const rest = Object.keys(values).filter((key) => key !== first).sort().map((key) =>
    `${key}=${values[key]}`
  );
  return [...(head === undefined ? [] : [head]), ...rest].join(",");
}

/** Reads a stored property string that needs no checking. */
export function readProperties(text: string, first: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const part of text.split(",").filter((item) => item !== "")) {
    const at = part.indexOf("=");
    if (at < 0) values[first] = part;
    else values[part.slice(0, at)] = part.slice(at + 1);
  }
  return values;
}
