import { digestOf } from "./configs.ts";
import { Enveloped, type Handlers } from "./world.ts";

/** Lists of what this server has none of. */
const bare = [
  "/access/tfa",
  "/config/acme/account",
  "/config/acme/plugins",
  "/nodes/{node}/disks/directory",
  "/nodes/{node}/disks/zfs",
  "/tape/drive",
  "/tape/changer",
  "/tape/media/list",
];

/** The same, out of a configuration file. */
const files = [
  "/admin/metrics",
  "/admin/traffic-control",
  "/config/access/openid",
  "/config/encryption-keys",
  "/config/media-pool",
  "/config/s3",
  "/config/tape-backup-job",
  "/config/traffic-control",
];

/** What is there from the start. */
const targets = [{
  comment: "Send mails to root@pam's email address",
  name: "mail-to-root",
  origin: "builtin",
  type: "sendmail",
}];
const matchers = [{
  comment: "Route everything but successful prune job notifications to mail-to-root",
  "invert-match": true,
  "match-field": ["exact:type=prune"],
  "match-severity": ["info"],
  mode: "all",
  name: "default-matcher",
  origin: "builtin",
  target: ["mail-to-root"],
}];

export const emptyHandlers: Handlers = Object.fromEntries([
  ["GET /config/notifications/targets", () => targets],
  ["GET /config/notifications/matchers", () => matchers],
  ...bare.map((path) => [`GET ${path}`, () => []]),
  ...files.map((path) => [`GET ${path}`, () => new Enveloped([], { digest: digestOf([]) })]),
]);
