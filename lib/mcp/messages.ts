import type { Scope } from "../auth/scope.ts";

export const LANGUAGES = ["en", "tr"] as const;
export type Language = typeof LANGUAGES[number];

/** The refusals that callers see in their own language. Words are part of the interface. */
const ENGLISH = {
  authenticationRequired: "Authentication required. Provide a valid token.",
  rateExceeded: "Too many requests. Try again later.",
  hostRefused: "This Host is not allowed.",
  originRefused: "This Origin is not allowed.",
  unavailable: "The service is not available. Try again later.",
  scopeRequired: (scope: Scope) =>
    `You do not have the required scope (${scope}) for this operation.`,
  /** @param key of the configuration that would switch it on, where one is missing */
  toolDisabled: (tool: string, key?: string) =>
    `The tool ${tool} is switched off in this server's configuration${
      key === undefined ? "" : `: ${key} is not set`
    }.`,
  toolOutOfReach: (tool: string) => `The limits of your token do not include the tool ${tool}.`,
  /** @param command names a token for the user; undefined for who is no user of the database */
  ownTokenRequired: (user: string, command: string | undefined) =>
    `Calls go out with each user's own Proxmox API token only, and ${user} has none: ${
      command === undefined
        ? "connect with a token of a user who has one"
        : `an administrator names one by \`${command}\``
    }.`,
  /** @param halt.reason in brackets after a space, or empty */
  halted: ({ by, reason, since, resume }: Record<"by" | "reason" | "since" | "resume", string>) =>
    `Changes are halted since ${since} by ${by}${reason}. Reads and dry runs go on; \`${resume}\` ends it.`,
};

export type Messages = typeof ENGLISH;

const TURKISH: Messages = {
  authenticationRequired: "Kimlik doğrulama gerekli. Geçerli bir token sağlayın.",
  rateExceeded: "Çok fazla istek gönderildi. Daha sonra yeniden deneyin.",
  hostRefused: "Bu Host'a izin verilmiyor.",
  originRefused: "Bu Origin'e izin verilmiyor.",
  unavailable: "Hizmet şu anda kullanılamıyor. Daha sonra yeniden deneyin.",
  scopeRequired: (scope) => `Bu işlem için gerekli yetkilere (${scope}) sahip değilsiniz.`,
  toolDisabled: (tool, key) =>
    `${tool} aracı bu sunucunun yapılandırmasında kapalı${
      key === undefined ? "" : `: ${key} verilmemiş`
    }.`,
  toolOutOfReach: (tool) => `Token'ınızın sınırları ${tool} aracını kapsamıyor.`,
  ownTokenRequired: (user, command) =>
    `Çağrılar yalnız her kullanıcının kendi Proxmox API token'ıyla gider; ${user} kullanıcısının yok: ${
      command === undefined
        ? "token'ı olan bir kullanıcının token'ıyla bağlanın"
        : `bir yönetici \`${command}\` ile verir`
    }.`,
  halted: ({ by, reason, since, resume }) =>
    `Değişiklikler ${since} tarihinde ${by} tarafından durduruldu${reason}. Okumalar ve denemeler sürer; \`${resume}\` bunu bitirir.`,
};

/** The messages of a language. */
export function messagesIn(language: Language): Messages {
  return language === "tr" ? TURKISH : ENGLISH;
}
