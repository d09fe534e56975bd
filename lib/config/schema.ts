import * as z from "zod";
import { backupServers } from "./backup_servers.ts";
import { auth, proxmox } from "./cluster.ts";
import { checkClusters, clusters } from "./clusters.ts";
import { key, keysOf, optional } from "./keys.ts";
import { oauth } from "./oauth.ts";
import { tools } from "./tools.ts";
import {
  boolean,
  hostName,
  level,
  logFormat,
  mountPath,
  network,
  origin,
  publicUrl,
  text,
  wholeNumber,
  workers,
} from "./values.ts";
import { MOST_WORKERS } from "../siblings/board.ts";

/** Sites that ran the Python server keep its layout. */
const OLD_FORMAT = "%(asctime)s - %(name)s - %(levelname)s - %(message)s";

const tls = z.strictObject({
  cert_file: key(text, { kind: "file" }),
  key_file: key(text, { kind: "secret_file" }),
}).refine(({ cert_file, key_file }) => cert_file !== key_file, {
  path: ["cert_file"],
  message: "and {key_file} name the same file",
});

const server = z.strictObject({
  host: key(hostName.default("127.0.0.1"), {
    env: ["MCP_HTTP_HOST", "HTTP_HOST"],
    option: { flags: "--host <HOST>", help: "address to listen on" },
    en: 'address to listen on; `"0.0.0.0"` is every IPv4 address',
    tr: 'dinlenecek adres; `"0.0.0.0"` bütün IPv4 adresleridir',
  }),
  /** Port 0 lets the system choose one, which tests and several instances on one machine need. */
  port: key(wholeNumber(0, 65535).default(8812), {
    env: ["MCP_HTTP_PORT", "HTTP_PORT"],
    option: { flags: "--port <PORT>", help: "port to listen on" },
    en: "0 lets the system choose",
    tr: "0 seçimi sisteme bırakır",
  }),
  path: key(mountPath.default("/mcp"), {
    env: ["MCP_HTTP_PATH", "HTTP_PATH"],
    option: { flags: "--path <PATH>", help: "where MCP is served" },
    en: "where MCP is served",
    tr: "MCP'nin sunulduğu yol",
  }),
  tls: key(optional(tls), {
    en: "PEM files; serve HTTPS, TLS 1.2 or later",
    tr: "PEM dosyaları; HTTPS sunulur, TLS 1.2 ya da sonrası",
  }),
  allowed_hosts: key(optional(z.array(text).min(1, "must not be empty")), {
    en: "names that may stand in `Host`; by default loopback names while listening on loopback, " +
      "else any",
    tr:
      "`Host` içinde durabilecek adlar; varsayılan: loopback dinlenirken loopback adları, yoksa " +
      "hepsi",
  }),
  allowed_origins: key(z.array(origin).default([]), {
    en:
      "origins of web pages that may call, such as `https://assistant.example`; the server's own " +
      "always may",
    tr:
      "çağırabilecek web sayfalarının kökenleri, örneğin `https://assistant.example`; sunucunun " +
      "kendisininki hep çağırabilir",
  }),
  public_url: key(optional(publicUrl), {
    en: "how browsers reach this server, such as `https://mcp.example`: switches the pages " +
      "`/approve/ID`, `/sign-in` and `/my-access` on; its name and origin are allowed",
    tr: "tarayıcıların bu sunucuya ulaştığı adres, örneğin `https://mcp.example`: `/approve/ID`, " +
      "`/sign-in` ve `/my-access` sayfalarını açar; adına ve kökenine izin verilir",
  }),
  oauth: optional(oauth),
  trusted_proxies: key(z.array(network).default([]), {
    en: "addresses and networks of proxies whose `X-Forwarded-For` is believed",
    tr: "`X-Forwarded-For` başlığına inanılacak vekillerin adresleri ve ağları",
  }),
  max_body_bytes: key(wholeNumber(1024, 64 * 1024 * 1024).default(4_194_304), {
    en: "largest request, 1024 to 67108864",
    tr: "en büyük istek, 1024 ile 67108864 arası",
  }),
  max_connections: key(wholeNumber(16, 100_000).default(2_000), {
    en: "connections open at once, a quarter of them from one address unless it is a trusted " +
      "proxy's; above, those that wait for a request are closed",
    tr:
      "aynı anda açık bağlantı sayısı; güvenilen bir vekil değilse bir adresten en çok dörtte biri; " +
      "üstünde, istek bekleyenler kapatılır",
  }),
  max_streams_per_token: key(wholeNumber(10, 10_000).default(10), {
    en: "streams of HTTP+SSE that a token may have open, and as many that listen; 10 to 10000",
    tr:
      "bir token'ın açık tutabileceği HTTP+SSE akışları, bir o kadar da dinleyen akış; 10 ile 10000 arası",
  }),
  rate_limit: z.strictObject({
    requests_per_minute: key(wholeNumber(0, 1_000_000).default(600), {
      en: "per token; 0 switches it off",
      tr: "token başına; 0 kapatır",
    }),
    failed_logins_per_minute: key(wholeNumber(0, 1_000_000).default(10), {
      en: "per address; 0 switches it off",
      tr: "adres başına; 0 kapatır",
    }),
  }).prefault({}),
  language: key(z.enum(["en", "tr"], 'must be "en" or "tr"').default("en"), {
    en: 'or `"tr"`: refusals for callers whose `Accept-Language` names neither',
    tr: 'ya da `"tr"`: `Accept-Language` ikisini de istemeyenlere verilen retlerin dili',
  }),
  require_lock: key(boolean.default(false), {
    en: "`true` refuses to serve when the process may do more than this config needs",
    tr:
      "`true`, süreç bu yapılandırmanın gerektirdiğinden fazlasını yapabiliyorsa sunmayı reddeder",
  }),
  workers: key(workers(MOST_WORKERS).default(1), {
    en: 'workers that serve the port together, 1 to 4, or `"auto"`: as many as there are cores; ' +
      "`serve` only, and needs a port",
    tr: 'portu birlikte sunan işçi sayısı, 1 ile 4 arası, ya da `"auto"`: çekirdek sayısı kadar; ' +
      "yalnız `serve` için, bir port gerektirir",
  }),
  shutdown_seconds: key(wholeNumber(0, 600).default(10), {
    en: "how long running calls may take to end after SIGTERM",
    tr: "SIGTERM'den sonra süren çağrılara tanınan süre",
  }),
}).refine(({ port, workers }) => workers === 1 || port !== 0, {
  path: ["workers"],
  message: "needs {port} other than 0: all workers listen on it",
}).refine(({ oauth, public_url }) => oauth === null || public_url !== null, {
  path: ["oauth"],
  message: "needs {public_url}: clients are sent there",
});

const database = z.strictObject({
  /** `sqlite:` and an absolute path, or a `postgres://` URL. */
  url: key(text.default("sqlite:proxmox-mcp.db"), {
    kind: "database",
    env: ["DATABASE_URL"],
    en: "`sqlite:FILE` or " +
      "`postgres://USER:PASSWORD@HOST:5432/DATABASE?sslmode=verify-full&sslrootcert=FILE`",
    tr: "`sqlite:DOSYA` ya da " +
      "`postgres://KULLANICI:PAROLA@SUNUCU:5432/VERITABANI?sslmode=verify-full&sslrootcert=DOSYA`",
  }),
  url_file: key(optional(text), {
    kind: "secret_file",
    holds: "url",
    en: "file that holds the URL",
    tr: "URL'yi içeren dosya",
  }),
});

const audit = z.strictObject({
  database: key(boolean.default(true), {
    en: "`false` keeps audit in the log only, for a database that lets this program make no tables",
    tr:
      "`false` denetimi yalnız günlükte tutar; bu programa tablo açtırmayan veritabanları içindir",
  }),
  key_file: key(optional(text), {
    kind: "secret_file",
    en: "key that signs audit rows; `migrate` makes it, keep it where the database is not",
    tr: "denetim satırlarını imzalayan anahtar; `migrate` üretir, veritabanından ayrı yerde tutun",
  }),
  head_file: key(optional(text), {
    kind: "written_file",
    en: "the trail's head is appended to it every hour, for `audit verify --head`",
    tr: "denetim zincirinin başı her saat buna eklenir; `audit verify --head` içindir",
  }),
});

const history = z.strictObject({
  enabled: key(boolean.default(true), {
    en: "look once an hour what has changed in guests, storages, firewall, HA and permissions",
    tr: "konuk, depolama, güvenlik duvarı, HA ve izinlerde neyin değiştiğine saatte bir bakılır",
  }),
  days: key(wholeNumber(1, 3650).default(90), {
    en: "how long what they were is kept in the database",
    tr: "önceki hallerinin veritabanında tutulduğu süre",
  }),
});

const logging = z.strictObject({
  level: key(level.prefault("INFO"), {
    env: ["LOG_LEVEL"],
    reloads: true,
    en: "`DEBUG`, `INFO`, `WARNING`, `ERROR`, `CRITICAL`",
    tr: "`DEBUG`, `INFO`, `WARNING`, `ERROR`, `CRITICAL`",
  }),
  format: key(logFormat.prefault(OLD_FORMAT), {
    en: 'Python\'s %-style, or `"json"`',
    tr: 'Python\'un % biçimi ya da `"json"`',
  }),
  file: key(optional(text.nullable()), {
    kind: "log_file",
    option: { flags: "--log-file <FILE>", help: "log to this file as well as to standard error" },
    en: "log to this file as well as to standard error",
    tr: "standart hataya ek olarak bu dosyaya da yazılır",
  }),
  audit_file: key(optional(text.nullable()), {
    kind: "log_file",
    en: "write the AUDIT lines to this file, not to `file`: nothing else can rotate them away",
    tr: "AUDIT satırları `file` yerine bu dosyaya yazılır: başka satırlar onları döndürüp atamaz",
  }),
}).refine(({ file, audit_file }) => file === null || file !== audit_file, {
  path: ["audit_file"],
  message: "and {file} name the same file",
});

/** The config file as users write it: every key, and what is to be known of it, once. */
export const configSchema = z.strictObject({
  proxmox: optional(proxmox),
  auth: optional(auth),
  clusters,
  backup_servers: backupServers,
  server: server.prefault({}),
  database: database.prefault({}),
  audit: audit.prefault({}),
  history: history.prefault({}),
  tools: tools.prefault({}),
  logging: logging.prefault({}),
}).superRefine(checkClusters);

/** What the file says, defaults filled in. */
export type ConfigFile = z.output<typeof configSchema>;

/** Every key and section of the config file. */
export const CONFIG_KEYS = [...keysOf(configSchema)];
