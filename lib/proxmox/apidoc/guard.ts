import { isSecretKey } from "../../log/redact.ts";
import type { Advice, Topic } from "../advice.ts";
import type { ApiMethod } from "./description.ts";

/** The reason, or what is to be used instead. */
type Refusal = readonly [methods: RegExp, path: RegExp, reason: string | { readonly use: Topic }];

const ANY = /./;
const WRITE = /POST|PUT|DELETE/;
const HANDS_OUT = "it hands out what can be used to log in";
const CONSOLE = "it opens a console, whose ticket would be handed out";
const OUTSIDE = "it makes a node connect to an address of the caller's choice";

/** What is never called in the caller's name, by the API's own path. */
const REFUSED: readonly Refusal[] = [
  [ANY, /^\/access\/(ticket|vncticket|openid)(\/|$)/, HANDS_OUT],
  [ANY, /^\/access\/password$/, "passwords do not pass through here"],
  [
    /POST|PUT/,
    /^\/access\/users\/\{userid\}\/token\//,
    "an API token's secret would be handed out",
  ],
  [WRITE, /^\/access\/tfa(\/|$)/, "a second factor's secret would be handed out"],
  [ANY, /(proxy|shell|websocket)$/, CONSOLE],
  [ANY, /\/(mtunnel|monitor)$/, "it reaches past Proxmox's own checks"],
  [ANY, /\/agent\/(exec|exec-status)$/, { use: "command" }],
  [ANY, /\/agent\/file-read$/, { use: "read_file" }],
  [ANY, /\/agent\/file-write$/, { use: "write_file" }],
  [ANY, /\/agent\/set-user-password$/, "passwords do not pass through here"],
  [ANY, /\/cloudinit\/dump$/, "it may hold passwords"],
  [ANY, /\/file-restore\/download$/, "it would hand out a guest's files"],
  [/GET/, /^\/cluster\/acme\/plugins(\/|$)/, "it holds credentials of DNS providers"],
  [/GET/, /^\/cluster\/notifications\/endpoints\/webhook(\/|$)/, "its headers may hold secrets"],
  [/GET/, /\/query-(url-metadata|oci-repo-tags)$/, OUTSIDE],
  [/GET/, /\/acme\/(meta|tos)$/, OUTSIDE],
  [/GET/, /\/scan\/(cifs|glusterfs|iscsi|nfs|pbs)$/, OUTSIDE],
  [WRITE, /\/execute$/, "it runs other calls, past every check"],
];

/** Names that only sound like a secret's. */
const HARMLESS = new Set(["config-keys", "keyboard", "lock-token", "tokenid", "tokens"]);

/** Why a method is not called at all; undefined when it may be. */
export function refusalOf(
  { method, path, returns }: ApiMethod,
  advice: Advice,
): string | undefined {
  const rule = REFUSED.find(([methods, where]) => methods.test(method) && where.test(path));
  if (rule) return typeof rule[2] === "string" ? rule[2] : advice[rule[2].use];
  const secret = Object.keys(returns.properties ?? {}).find((name) =>
    name === "value" || name === "ticket" || /authkey|password|secret/i.test(name)
  );
  return method !== "GET" && secret !== undefined ? `its answer holds a ${secret}` : undefined;
}

/** Parameters that carry secrets and are not called so: logins of DNS providers, headers, an API token. */
const CARRIERS: readonly (readonly [path: RegExp, name: string])[] = [
  [/./, "keyring"],
  [/^\/cluster\/acme\/plugins(\/|$)/, "data"],
  [/^\/cluster\/notifications\/endpoints\/webhook(\/|$)/, "header"],
  [/\/remote_migrate$/, "target-endpoint"],
];

/** The parameters that would carry a secret through the caller. */
export function secretParams(method: ApiMethod, names: readonly string[]): string[] {
  const keyboard = /\/sendkey$/.test(method.path);
  const carriers = CARRIERS.filter(([path]) => path.test(method.path)).map(([, name]) => name);
  return names.filter((name) =>
    carriers.includes(name) ||
    (isSecretKey(name) && !HARMLESS.has(name) && !(keyboard && name === "key"))
  );
}
