import * as z from "zod";
import { key, optional } from "./keys.ts";
import { boolean, hostName, issuerUrl, text } from "./values.ts";
import { SCOPES } from "../auth/scope.ts";

/** How clients sign in by OAuth; without the section they cannot. */
export const oauth = z.strictObject({
  own: key(boolean.default(false), {
    en:
      "`true`: people sign in on this server's own pages, with their user and password or passkey",
    tr:
      "`true`: kişiler bu sunucunun kendi sayfalarında, kullanıcı ve parola ya da passkey ile oturum açar",
  }),
  client_hosts: key(z.array(hostName).default(["claude.ai", "chatgpt.com", "vscode.dev"]), {
    en: "with `own`: hosts whose clients may show who they are by a document at their own URL",
    tr: "`own` ile: istemcileri kim olduğunu kendi URL'sindeki bir belgeyle gösterebilen sunucular",
  }),
  issuer: key(optional(issuerUrl), {
    en: "instead of `own`: URL of an identity provider, as its tokens name it",
    tr: "`own` yerine: bir kimlik sağlayıcının, token'larında yazdığı URL'si",
  }),
  audience: key(optional(text), {
    en: "whom the provider's tokens must be for; `server.public_url` and `server.path` by default",
    tr:
      "sağlayıcının token'larının kime verilmiş olması gerektiği; varsayılan: `server.public_url` ve " +
      "`server.path`",
  }),
  jwks_url: key(optional(issuerUrl), {
    en: "where the provider's keys are, if not on the issuer's host",
    tr: "sağlayıcının anahtarlarının adresi, issuer'ın sunucusunda değilse",
  }),
  ca_file: key(optional(text), {
    kind: "file",
    en: "PEM file of a CA to trust as well for the provider",
    tr: "sağlayıcı için ayrıca güvenilecek CA'nın PEM dosyası",
  }),
  default_scope: key(z.enum(SCOPES, 'must be "user", "write" or "admin"').default("user"), {
    en:
      "scope of the provider's tokens that name none of `user`, `write` and `admin`, for a provider " +
      "that has no scopes of ours; the role still bounds it",
    tr:
      "`user`, `write` ve `admin` scope'larından hiçbirini taşımayan sağlayıcı token'larının yetkisi, " +
      "bunları bilmeyen bir sağlayıcı için; rol yine sınırlar",
  }),
  claims: z.strictObject({
    user: key(text.default("preferred_username"), {
      en: "claim that names the user",
      tr: "kullanıcıyı adlandıran claim",
    }),
    groups: key(text.default("groups"), {
      en: "claim that lists the user's groups",
      tr: "kullanıcının gruplarını sayan claim",
    }),
    roles: key(z.record(z.string(), text).default({}), {
      reloads: true,
      en: 'role by group, such as `{"pve-admins": "Administrator"}`: its members become users at ' +
        "their first call; others must be linked with `user link`",
      tr: 'gruba göre rol, örneğin `{"pve-admins": "Administrator"}`: üyeleri ilk çağrılarında ' +
        "kullanıcı olur; ötekiler `user link` ile bağlanmalıdır",
    }),
  }).prefault({}),
}).refine(({ own, issuer }) => own !== (issuer !== null), {
  path: ["own"],
  message: "must be true, or {issuer} name an identity provider, and not both",
});
