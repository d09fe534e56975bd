import type { Language } from "../../mcp/messages.ts";

/** What every page says. */
export interface PageWords {
  readonly myAccess: string;
  readonly leave: string;
  readonly notPossible: string;
  readonly stale: string;
  readonly wait: string;
}

const WORDS: Readonly<Record<Language, PageWords>> = {
  en: {
    myAccess: "My access",
    leave: "Sign out",
    notPossible: "This is not possible",
    stale: "The page was open too long, or came from elsewhere. Load it again.",
    wait: "Too many requests. Try again later.",
  },
  tr: {
    myAccess: "Erişimim",
    leave: "Oturumu kapat",
    notPossible: "Bu yapılamıyor",
    stale: "Sayfa çok uzun süre açık kaldı ya da başka yerden geldi. Yeniden yükleyin.",
    wait: "Çok fazla istek gönderildi. Daha sonra yeniden deneyin.",
  },
};

export function wordsIn(language: Language): PageWords {
  return WORDS[language];
}
