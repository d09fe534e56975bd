/** What is wrong when `check` says so, by what it looked at; nothing in the language that it speaks itself. */
export type Headlines = Readonly<Record<string, string>>;

export const EN_HEADLINES: Headlines = {};

export const TR_HEADLINES: Headlines = {
  backups: "yedek sunucusunda sorun var",
  ca_file: "CA dosyası kullanılamıyor",
  cert: "sertifikaya bakın",
  clock: "saatler uyuşmuyor",
  config: "yapılandırma kullanılamıyor",
  dns: "bu adın adresi bulunamadı",
  exposure: "dışarıdan erişime bakın",
  files: "dosya yazılamıyor",
  grants: "token'ın Proxmox'taki yetkileri yetmiyor",
  halt: "değişiklikler durdurulmuş",
  listen: "bu adreste dinlenemiyor",
  lock: "süreç gerekenden fazlasını yapabilir ya da gerekeni yapamaz",
  network: "sunucuya bağlanılamıyor",
  "own-tokens": "kullanıcıların kendi Proxmox token'larına bakın",
  pages: "tarayıcı sayfalarına bakın",
  people: "kullanıcılara bakın",
  proxmox: "Proxmox isteği reddetti ya da yanıt vermedi",
  scopes: "bazı araçların yetkisi düşürülmüş",
  secrets: "sır dosyalarına bakın",
  "sign-in": "oturum açma kullanılamıyor",
  store: "veritabanına bakın",
  tls: "TLS ile güvenli bağlantı kurulamıyor",
  token: "Proxmox API token'ını kabul etmiyor",
  tokens: "token'lara bakın",
  version: "Proxmox sürümü eski",
};

/** The same for what ends `init`, by the kind of Proxmox's failure. */
export const TR_FAILURES: Headlines = {
  token_rejected: "Proxmox API token'ını kabul etmiyor",
  untrusted: "sunucunun sertifikasına güvenilmiyor",
  unreachable: "Proxmox'a ulaşılamıyor",
  no_answer: "Proxmox yanıt vermiyor",
};
