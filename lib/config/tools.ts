import * as z from "zod";
import { SCOPES } from "../auth/scope.ts";
import { key, optional } from "./keys.ts";
import { boolean, text, toolName } from "./values.ts";

/** What is offered to whom, and how callers are shown and asked. */
export const tools = z.strictObject({
  read_only: key(boolean.default(false), {
    reloads: true,
    en: "offer only tools whose own scope is `user`; weighs more than `allow`",
    tr: "yalnız kendi yetkisi `user` olan araçlar sunulur; `allow`'dan ağır basar",
  }),
  allow: key(optional(z.array(toolName)), {
    reloads: true,
    en: "offer these tools only",
    tr: "yalnız bu araçlar sunulur",
  }),
  deny: key(z.array(toolName).default([]), {
    reloads: true,
    en: "do not offer these",
    tr: "bunlar sunulmaz",
  }),
  container_exec: key(boolean.default(false), {
    reloads: true,
    en:
      "offer `execute_container_command`, and files in containers: who may call it is root in them",
    tr:
      "`execute_container_command` ve container dosyaları sunulur; çağırabilen, içlerinde root olur",
  }),
  secrets_dir: key(optional(text), {
    kind: "written_folder",
    en:
      "folder of its own into which `create_proxmox_token` writes secrets of Proxmox tokens that it " +
      "makes; without it the tool is off",
    tr:
      "`create_proxmox_token` aracının ürettiği Proxmox token'larının gizli değerlerini yazdığı, " +
      "yalnız buna ayrılmış klasör; verilmezse araç kapalıdır",
  }),
  scopes: key(
    z.record(toolName, z.enum(SCOPES, 'must be "user", "write" or "admin"')).default({}),
    {
      reloads: true,
      en: 'scopes of tools in place of their own, such as `{"rollback_snapshot": "write"}`; what ' +
        "changes something needs `write` at least",
      tr: 'araçların kendi yetkileri yerine geçenler, örneğin `{"rollback_snapshot": "write"}`; ' +
        "bir şeyi değiştiren araç en az `write` ister",
    },
  ),
  approve: z.strictObject({
    tags: key(z.array(text).default([]), {
      reloads: true,
      en: "a change of a guest with one of these tags waits until somebody else approves it",
      tr:
        "bu etiketlerden birini taşıyan bir konuğun değişikliği, başka biri onaylayana dek bekler",
    }),
  }).prefault({}),
  toolsets: key(optional(z.array(text).min(1, "must not be empty")), {
    reloads: true,
    en: 'list only these toolsets, such as `["core", "backups"]`; other tools can still be called',
    tr: 'yalnız bu takımlar listelenir, örneğin `["core", "backups"]`; öteki araçlar yine çağrılır',
  }),
  output_schemas: key(optional(boolean), {
    reloads: true,
    en: "whether lists tell what tools answer, a third of their length; by default only whole ones",
    tr:
      "listeler araçların ne yanıtladığını söylesin mi (üçte biri eder); varsayılan: yalnız tamsa",
  }),
  confirm: key(
    z.enum(
      ["always", "when_supported", "never"],
      'must be "always", "when_supported" or "never"',
    ).default("when_supported"),
    {
      en: 'ask a person before a destructive call: `"always"`, `"when_supported"` by the client, ' +
        '`"never"`',
      tr:
        'yıkıcı bir çağrıdan önce bir insana sorulur: `"always"` hep, `"when_supported"` istemci ' +
        'sorabiliyorsa, `"never"` hiç',
    },
  ),
});
