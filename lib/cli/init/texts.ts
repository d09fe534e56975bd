import { typed } from "../../command.ts";
import type { ReadEnvironment } from "../../config/types.ts";
import { EN_HEADLINES, TR_FAILURES, TR_HEADLINES } from "./headlines.ts";

export const LANGUAGES = ["en", "tr"] as const;
export type Language = typeof LANGUAGES[number];

const EN = {
  intro: "This sets up proxmox-mcp. Every step can be repeated; what is there already is kept.",
  kept: "already there",
  address: "address",
  certificate: "certificate",
  token: "Proxmox token",
  folder: "folder",
  secret: "secret file",
  config: "config",
  backup: "backup",
  database: "database",
  user: "user",
  access: "token",
  unit: "unit",
  askAddress: "Address of a Proxmox VE node",
  node: "this host is a Proxmox VE node",
  seen: (subject: string, issuer: string) => `${subject}, signed by ${issuer}`,
  names: "names",
  valid: "valid",
  until: (from: string, to: string) => `${from} to ${to}`,
  compare: "compare it on the node with: pvenode cert info",
  askPin: "Is this the right certificate, to be trusted from now on?",
  yes: "Y/n",
  pinned: (fingerprint: string) => `pinned, SHA-256 ${fingerprint}`,
  trusted: "trusted by this system already",
  byCa: (file: string) => `trusted by ${file}`,
  askBackupAddress: "Address of the Proxmox Backup Server",
  compareBackup: "compare it there with: proxmox-backup-manager cert info",
  backupServer: "backup server",
  backupWorks: (id: string, version: string) => `${id} works, Proxmox Backup Server ${version}`,
  look: "see whether all is well:",
  askUser: "Proxmox user of the API token",
  askTokenName: "Name of the API token",
  askScope: "What callers may do: user reads, write changes, admin does all",
  commands: (scope: string) =>
    `Callers can do no more than this token can. To make one for scope ${scope}, run on a node as root:`,
  older: "On Proxmox VE 8 write VM.Monitor in place of the VM.GuestAgent privileges.",
  askCreate: "Run these commands here now?",
  askSecret: "The token's secret (hidden; the command that makes the token prints it as value)",
  works: (id: string, version: string) => `${id} works, Proxmox VE ${version}`,
  nothingGranted: "it may do nothing yet: see the commands above, or check's below",
  askFirstUser: "Name of the first user of this server",
  schema: (to: number) => `schema version ${to}`,
  madeUser: (name: string, scope: string) => `${name}, scope ${scope}`,
  shownOnce: "shown this once only: keep it safe",
  written: (file: string) => `in ${file}, which only its owner reads`,
  replaced: "the one of the interrupted run is revoked",
  another: `it was shown once; \`${typed("token create")}\` makes another`,
  checking: "Check:",
  entries: "For your clients:",
  start: "Start the server:",
  next: "What is left to do:",
  restart: "then the running server is started anew, which takes it over:",
  lockedAnew: "what is locked for the config so far (executable, unit) is made anew:",
  ownTokens: "users with Proxmox tokens of their own need one there too:",
  askUnit: (file: string) => `Install the systemd unit as ${file}?`,
  noServiceUser: (name: string, command: string) =>
    `left out: there is no user ${name} yet: ${command}; then run init again with --unit`,
  headlines: EN_HEADLINES,
  /** What ended it, before the words for it; those say it all where they are in this language. */
  failed: (_kind: string | undefined): string | null => null,
  interrupted: (command: string) =>
    `interrupted: run \`${typed(command)}\` again, it goes on from where it was`,
};

type Texts = typeof EN;

const TR: Texts = {
  intro: "proxmox-mcp kurulur. Her adım yinelenebilir; var olan korunur.",
  kept: "zaten var",
  address: "adres",
  certificate: "sertifika",
  token: "Proxmox token",
  folder: "klasör",
  secret: "sır dosyası",
  config: "yapılandırma",
  backup: "yedek",
  database: "veritabanı",
  user: "kullanıcı",
  access: "token",
  unit: "birim",
  askAddress: "Bir Proxmox VE düğümünün adresi",
  node: "bu makine bir Proxmox VE düğümü",
  seen: (subject, issuer) => `${subject}, imzalayan ${issuer}`,
  names: "adlar",
  valid: "geçerli",
  until: (from, to) => `${from} - ${to}`,
  compare: "düğümde şununla karşılaştırın: pvenode cert info",
  askPin: "Bundan sonra güvenilecek doğru sertifika bu mu?",
  yes: "E/h",
  pinned: (fingerprint) => `sabitlendi, SHA-256 ${fingerprint}`,
  trusted: "bu sistem ona zaten güveniyor",
  byCa: (file) => `${file} ile güvenilir`,
  askBackupAddress: "Proxmox Backup Server'ın adresi",
  compareBackup: "orada şununla karşılaştırın: proxmox-backup-manager cert info",
  backupServer: "yedek sunucusu",
  backupWorks: (id, version) => `${id} çalışıyor, Proxmox Backup Server ${version}`,
  look: "her şey yolunda mı, bakın:",
  askUser: "API token'ının Proxmox kullanıcısı",
  askTokenName: "API token'ının adı",
  askScope: "Çağıranlar ne yapabilsin: user okur, write değiştirir, admin her şeyi yapar",
  commands: (scope) =>
    `Çağıranlar bu token'dan fazlasını yapamaz. ${scope} yetkisi için, bir düğümde root olarak:`,
  older: "Proxmox VE 8'de VM.GuestAgent yetkilerinin yerine VM.Monitor yazın.",
  askCreate: "Bu komutlar şimdi burada çalıştırılsın mı?",
  askSecret: "Token'ın sırrı (gösterilmez; token'ı yapan komut onu value olarak yazar)",
  works: (id, version) => `${id} çalışıyor, Proxmox VE ${version}`,
  nothingGranted: "henüz hiçbir yetkisi yok: yukarıdaki komutlara ya da aşağıdaki denetime bakın",
  askFirstUser: "Bu sunucunun ilk kullanıcısının adı",
  schema: (to) => `şema sürümü ${to}`,
  madeUser: (name, scope) => `${name}, yetki ${scope}`,
  shownOnce: "yalnız bu kez gösterilir: saklayın",
  written: (file) => `${file} içinde; yalnız sahibi okur`,
  replaced: "yarım kalan çalıştırmanınki iptal edildi",
  another: `bir kez gösterildi; \`${typed("token create")}\` yenisini yapar`,
  checking: "Denetim:",
  entries: "İstemcileriniz için:",
  start: "Sunucuyu başlatın:",
  next: "Geriye kalanlar:",
  restart: "sonra çalışan sunucu yeniden başlatılır ve onu devralır:",
  lockedAnew: "şimdiki yapılandırmaya göre kilitlenenler (program, birim) yeniden yapılır:",
  ownTokens: "kendi Proxmox token'ı olan kullanıcılara orada da bir token gerekir:",
  askUnit: (file) => `systemd birimi ${file} olarak kurulsun mu?`,
  noServiceUser: (name, command) =>
    `atlandı: ${name} kullanıcısı henüz yok: ${command}; sonra init'i --unit ile yeniden çalıştırın`,
  headlines: TR_HEADLINES,
  failed: (kind) =>
    `kurulum tamamlanmadı: ${
      TR_FAILURES[kind ?? ""] ?? "nedeni aşağıda"
    }; düzeltip init'i yeniden ` +
    "çalıştırın, kaldığı yerden sürer",
  interrupted: (command) =>
    `yarıda kesildi: \`${typed(command)}\` yeniden çalıştırılınca kaldığı yerden sürer`,
};

/** Where the locale stands; the first that is set counts. */
export const LOCALE_NAMES = ["LC_ALL", "LC_MESSAGES", "LANG"] as const;

/** The words in the chosen language, else in that of the environment's locale. */
export function textsFor(
  chosen: Language | undefined,
  env: ReadEnvironment,
): { readonly language: Language; readonly texts: Texts } {
  const locale = LOCALE_NAMES.map((name) => env(name)).find((value) => value !== undefined) ?? "";
  const language = chosen ?? (/^tr(_|\b)/.test(locale) ? "tr" : "en");
  return { language, texts: language === "tr" ? TR : EN };
}

export type { Texts };
