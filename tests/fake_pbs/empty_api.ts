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

export const emptyHandlers: Handlers = Object.fromEntries([
  ...bare.map((path) => [`GET ${path}`, () => []]),
  ...files.map((path) => [`GET ${path}`, () => new Enveloped([], { digest: digestOf([]) })]),
]);
