import type { Language } from "../../mcp/messages.ts";

/** What the page says. */
const ENGLISH = {
  title: "Approve a change",
  wantsTo: "wants to",
  until: "To be decided until",
  approvedUntil: "Approved, and good for one call until",
  nothingYet: "Nothing has been changed yet.",
  about: "What it is about",
  guests: "Guests",
  changes: "Differences",
  requests: "What would be sent to Proxmox",
  checks: "Checks",
  arguments: "Arguments",
  notes: "Notes",
  nothing: "not set",
  approve: "Approve",
  deny: "Deny",
  takeBack: "Take the approval back",
  approved: "Approved",
  approvedNext:
    "The change runs once, when whoever asked for it makes the same call again, and only if the guests " +
    "are still as shown. You can close this page.",
  denied: "Denied",
  deniedNext: "The change is not made. You can close this page.",
  notPossible: "This cannot be decided",
  stale: "The page was open too long, or came from elsewhere. Look at the plan again.",
};

export type Words = typeof ENGLISH;

const TURKISH: Words = {
  title: "Bir değişikliği onayla",
  wantsTo: "şunu istiyor:",
  until: "Son karar zamanı",
  approvedUntil: "Onaylandı; tek bir çağrı için son geçerlilik zamanı",
  nothingYet: "Henüz hiçbir şey değiştirilmedi.",
  about: "Konusu",
  guests: "Konuklar",
  changes: "Farklar",
  requests: "Proxmox'a gönderilecekler",
  checks: "Denetimler",
  arguments: "Argümanlar",
  notes: "Notlar",
  nothing: "yok",
  approve: "Onayla",
  deny: "Reddet",
  takeBack: "Onayı geri al",
  approved: "Onaylandı",
  approvedNext:
    "Değişiklik, isteyen aynı çağrıyı yeniden yapınca, konuklar hâlâ gösterildiği gibiyse, bir kez " +
    "çalışır. Bu sayfayı kapatabilirsiniz.",
  denied: "Reddedildi",
  deniedNext: "Değişiklik yapılmayacak. Bu sayfayı kapatabilirsiniz.",
  notPossible: "Buna karar verilemiyor",
  stale: "Sayfa çok uzun süre açık kaldı ya da başka yerden geldi. Plana yeniden bakın.",
};

export function wordsIn(language: Language): Words {
  return language === "tr" ? TURKISH : ENGLISH;
}
