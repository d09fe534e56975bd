import type { Scope } from "../../auth/scope.ts";
import type { Language } from "../../mcp/messages.ts";

/** What every page says. */
const ENGLISH = {
  myAccess: "My access",
  leave: "Sign out",
  notPossible: "This is not possible",
  stale: "The page was open too long, or came from elsewhere. Load it again.",
  wait: "Too many requests. Try again later.",
  /** When the database is away. */
  later: "The database is not available. Try again later.",
  /** What somebody or something may do. */
  scopes: {
    user: "look, and change nothing",
    write: "change what can be changed back",
    admin: "create, change and destroy",
  } satisfies Record<Scope, string>,
};

const TURKISH: typeof ENGLISH = {
  myAccess: "Erişimim",
  leave: "Oturumu kapat",
  notPossible: "Bu yapılamıyor",
  stale: "Sayfa çok uzun süre açık kaldı ya da başka yerden geldi. Yeniden yükleyin.",
  wait: "Çok fazla istek gönderildi. Daha sonra yeniden deneyin.",
  later: "Veritabanına ulaşılamıyor. Daha sonra yeniden deneyin.",
  scopes: {
    user: "bakmak, hiçbir şeyi değiştirmemek",
    write: "geri alınabilecek değişiklikler yapmak",
    admin: "oluşturmak, değiştirmek ve yok etmek",
  },
};

export function wordsIn(language: Language): typeof ENGLISH {
  return language === "tr" ? TURKISH : ENGLISH;
}
