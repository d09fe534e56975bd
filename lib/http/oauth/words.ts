import type { Reach } from "../../oauth/own_reach.ts";
import type { Language } from "../../mcp/messages.ts";

/** What the page says. */
const ENGLISH = {
  title: "Let a program in",
  asks: "asks to operate Proxmox in your name",
  verified: (host: string) => `This is what ${host} says about the program.`,
  unverified:
    "The program chose this name itself and nobody has checked it. Go on only if you have just begun " +
    "to connect this very program.",
  backTo: "Afterwards you are sent to",
  thisComputer: "a program on the computer that you are using",
  may: "It may",
  reach: "Only for",
  reachWhy: "Several are separated by commas. A guest must fit every line that is filled in.",
  reaches: { pools: "Pools", tags: "Tags", vmids: "Guest ids", nodes: "Nodes" } satisfies Record<
    Reach,
    string
  >,
  all: "all",
  kept: "The tools that you may not use are kept from it as well.",
  approval: "Somebody else must approve each change",
  days: "For how long",
  day: (count: number) => count === 1 ? "1 day" : `${count} days`,
  allow: "Let it in",
  deny: "Turn it away",
  notPossible: "This sign-in is not possible",
  fault:
    "The program that has sent you here asked for it wrongly. Begin again in the program; if it stays so, " +
    "tell whoever looks after this server.",
  beyond: (field: string) =>
    `${field}: this cannot be read, or is more than you may reach yourself.`,
  stale:
    "The page was open too long, was used already, or came from elsewhere. Begin again in the " +
    "program.",
};

export type Words = typeof ENGLISH;

const TURKISH: Words = {
  title: "Bir programa izin ver",
  asks: "Proxmox'u sizin adınıza yönetmek istiyor",
  verified: (host) => `Program hakkında ${host} böyle diyor.`,
  unverified:
    "Bu adı program kendisi seçti, kimse doğrulamadı. Yalnız az önce tam bu programı bağlamaya " +
    "başladıysanız devam edin.",
  backTo: "Sonra gönderileceğiniz yer:",
  thisComputer: "kullandığınız bilgisayardaki bir program",
  may: "Yapabilecekleri",
  reach: "Yalnız şunlar için",
  reachWhy: "Birden çoğu virgülle ayrılır. Bir konuk, doldurulan her satıra uymalıdır.",
  reaches: { pools: "Havuzlar", tags: "Etiketler", vmids: "Konuk kimlikleri", nodes: "Düğümler" },
  all: "hepsi",
  kept: "Sizin kullanamadığınız araçları o da kullanamaz.",
  approval: "Her değişikliği başka biri onaylamalı",
  days: "Ne kadar süre",
  day: (count) => `${count} gün`,
  allow: "İzin ver",
  deny: "Geri çevir",
  notPossible: "Bu oturum açılamıyor",
  fault:
    "Sizi buraya gönderen program bunu yanlış istedi. Programda yeniden başlayın; böyle kalırsa bu sunucuyu " +
    "yönetene bildirin.",
  beyond: (field) => `${field}: okunamıyor ya da sizin erişebildiğinizden fazla.`,
  stale:
    "Sayfa çok uzun süre açık kaldı, daha önce kullanıldı ya da başka yerden geldi. Programda yeniden " +
    "başlayın.",
};

export function wordsIn(language: Language): Words {
  return language === "tr" ? TURKISH : ENGLISH;
}
