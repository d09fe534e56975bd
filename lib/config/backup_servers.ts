import * as z from "zod";
import { key, optional } from "./keys.ts";
import { named } from "./named.ts";
import { trustConflict } from "./trust.ts";
import {
  boolean,
  fingerprint,
  hostName,
  text,
  timeoutSeconds,
  tokenValue,
  userName,
  wholeNumber,
} from "./values.ts";

/** Proxmox Backup Server lets a token's name begin with a digit or "_" too. */
const backupTokenName = text.regex(
  /^\w[\w.-]*$/,
  'must be only the part after "!": letters, digits, ".", "-" and "_"',
);

const backupTokenValue = tokenValue.refine(
  (value) => !/^[^!:]+@[^!:]+![^:]+:/.test(value),
  'must be only the part after ":"',
);

/** One Proxmox Backup Server, and the API token that this program has there. */
const backupServer = z.strictObject({
  host: key(hostName, {
    required: true,
    en: "name or address of the Proxmox Backup Server called `NAME` here",
    tr: "burada `NAME` denen Proxmox Backup Server'ın adı ya da adresi",
  }),
  port: key(wholeNumber(1, 65535).default(8007), {
    en: "of its API",
    tr: "API'sinin portu",
  }),
  verify_ssl: key(boolean.default(true), {
    reloads: true,
    en: "`false` trusts any certificate",
    tr: "`false` her sertifikaya güvenir",
  }),
  ca_file: key(optional(text), {
    reloads: true,
    kind: "file",
    en: "PEM file of a CA to trust as well, for a certificate that is valid for `host`",
    tr: "`host` için geçerli bir sertifikada ayrıca güvenilecek CA'nın PEM dosyası",
  }),
  fingerprint: key(optional(fingerprint), {
    reloads: true,
    en: "SHA-256 of the only certificate to trust: `proxmox-backup-manager cert info` shows it",
    tr: "güvenilecek tek sertifikanın SHA-256'sı: `proxmox-backup-manager cert info` gösterir",
  }),
  user: key(userName, {
    reloads: true,
    en: "`name@realm` of the API token there",
    tr: "oradaki API token'ının `ad@realm` kullanıcısı",
  }),
  token_name: key(backupTokenName, {
    reloads: true,
    en: "the part after `!`",
    tr: "`!` işaretinden sonraki bölüm",
  }),
  /** Empty when the config was loaded with `secrets: "skip"`. */
  token_value: key(backupTokenValue.default(""), {
    reloads: true,
    required: true,
    en: "the token's secret; or `token_value_file`",
    tr: "token'ın sırrı; ya da `token_value_file`",
  }),
  token_value_file: key(optional(text), {
    reloads: true,
    kind: "secret_file",
    holds: "token_value",
    proxmoxOnly: true,
    en: "file that holds it",
    tr: "sırrı içeren dosya",
  }),
  timeout_seconds: key(timeoutSeconds.default(30), {
    en: "for each request to it, at most 600; a list of snapshots may take four times as long",
    tr: "ona giden her istek için, en çok 600; bir anlık yedek listesi dört katı sürebilir",
  }),
}).superRefine((server, context) => {
  const conflict = trustConflict(server);
  if (conflict === null) return;
  const message = `and ${conflict.other} are both given: keep one of them`;
  context.addIssue({ code: "custom", path: [conflict.name], message, input: undefined });
});

/** By the names that callers use for them. */
export const backupServers = named(backupServer);

/** One Proxmox Backup Server, as its section of the config says. */
export type BackupServerConfig = z.output<typeof backupServer>;
