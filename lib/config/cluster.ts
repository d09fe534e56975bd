import * as z from "zod";
import { key, optional } from "./keys.ts";
import { trustConflict } from "./trust.ts";
import {
  boolean,
  fingerprint,
  hostName,
  text,
  timeoutSeconds,
  tokenName,
  tokenValue,
  userName,
  wholeNumber,
} from "./values.ts";

const SHARE = "must be from 0 to 60";

/** The servers of one cluster; `host` and `hosts` become `hosts`. */
export const proxmox = z.strictObject({
  host: key(optional(hostName), {
    required: true,
    env: ["PROXMOX_HOST"],
    insteadOf: "hosts",
    en: "name or address of a node",
    tr: "bir düğümün adı ya da adresi",
  }),
  hosts: key(optional(z.array(hostName).min(1, "must not be empty")), {
    en: "several nodes instead, tried in this order when one cannot be connected to",
    tr: "onun yerine birden çok düğüm; birine bağlanılamazsa bu sırayla denenir",
  }),
  port: key(wholeNumber(1, 65535).default(8006), {
    env: ["PROXMOX_PORT"],
    en: "of Proxmox's API",
    tr: "Proxmox API'sinin portu",
  }),
  verify_ssl: key(boolean.default(true), {
    reloads: true,
    env: ["PROXMOX_VERIFY_SSL"],
    en: "`false` trusts any certificate",
    tr: "`false` her sertifikaya güvenir",
  }),
  ca_file: key(optional(text), {
    reloads: true,
    kind: "file",
    env: ["PROXMOX_CA_FILE"],
    en:
      "PEM file of a CA to trust as well; a cluster's own is `/etc/pve/pve-root-ca.pem` on a node",
    tr: "ayrıca güvenilecek CA'nın PEM dosyası; kümenin kendisininki düğümde " +
      "`/etc/pve/pve-root-ca.pem`'dir",
  }),
  fingerprint: key(optional(fingerprint), {
    reloads: true,
    env: ["PROXMOX_FINGERPRINT"],
    en: "SHA-256 of the only certificate to trust, with or without colons",
    tr: "güvenilecek tek sertifikanın SHA-256'sı, iki noktalı ya da noktasız",
  }),
  service: key(z.literal("PVE", 'must be "PVE": no other service is supported').default("PVE"), {
    en: "no other is supported",
    tr: "başkası desteklenmez",
  }),
  timeout_seconds: key(timeoutSeconds.default(30), {
    en: "for each request to Proxmox, at most 600",
    tr: "Proxmox'a giden her istek için, en çok 600",
  }),
  share_seconds: key(z.number().min(0, SHARE).max(60, SHARE).default(2), {
    en: "how long what a call has read is told to others too, 0 to 60; what is changed here is " +
      "told at once, what is changed elsewhere that much later; 0 reads for each call anew",
    tr: "bir çağrının okuduğunun başkalarına da söylendiği süre, 0 ile 60 arası; buradan " +
      "değiştirilen hemen, başka yerde değiştirilen bu kadar sonra görünür; 0 her çağrıda yeniden okur",
  }),
}).transform(({ host, hosts, ...rest }, context) => {
  const names = hosts ?? (host === null ? [] : [host]);
  const { fingerprint } = rest;
  const refuse = (name: string, message: string) => {
    context.addIssue({ code: "custom", path: [name], message, input: undefined });
    return z.NEVER;
  };
  const conflict = (name: string, other: string) =>
    refuse(name, `and ${other} are both given: keep one of them`);
  if (host !== null && hosts !== null) return conflict("host", "{hosts}");
  if (names.length === 0) return refuse("host", "is missing");
  const trust = trustConflict(rest);
  if (trust !== null) return conflict(trust.name, trust.other);
  if (fingerprint !== null && names.length > 1) {
    const message =
      "fits one certificate, but {hosts} names several servers: give {ca_file} instead";
    return refuse("fingerprint", message);
  }
  /** Names or addresses, IPv6 without brackets; tried in this order. */
  return { ...rest, hosts: [...new Set(names)] };
});

/** The API token of one cluster. */
export const auth = z.strictObject({
  user: key(userName, {
    reloads: true,
    env: ["PROXMOX_USER"],
    en: "`name@realm` of the API token",
    tr: "API token'ının `ad@realm` kullanıcısı",
  }),
  token_name: key(tokenName, {
    reloads: true,
    env: ["PROXMOX_TOKEN_NAME"],
    en: "the part after `!`",
    tr: "`!` işaretinden sonraki bölüm",
  }),
  /** Empty when the config was loaded with `secrets: "skip"`. */
  token_value: key(tokenValue.default(""), {
    reloads: true,
    required: true,
    env: ["PROXMOX_TOKEN_VALUE"],
    en: "the token's secret; or `token_value_file`",
    tr: "token'ın sırrı; ya da `token_value_file`",
  }),
  token_value_file: key(optional(text), {
    reloads: true,
    kind: "secret_file",
    holds: "token_value",
    proxmoxOnly: true,
    env: ["PROXMOX_TOKEN_VALUE_FILE"],
    en: "file that holds it",
    tr: "sırrı içeren dosya",
  }),
  require_own_token: key(boolean.default(false), {
    en: "`true` refuses whoever has no Proxmox token of their own (`user proxmox-token`)",
    tr: "`true`, kendi Proxmox token'ı (`user proxmox-token`) olmayanı reddeder",
  }),
});
