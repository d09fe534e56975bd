import type { SignInKind } from "../../../auth/sign_ins.ts";
import type { Language } from "../../../mcp/messages.ts";
import { wordsIn as pageWordsIn } from "../words.ts";

/** What came of a form, as the address says it. */
export const DONE = ["ended", "ended_others", "added", "removed", "changed"] as const;
export type Done = typeof DONE[number];

/** Why a form did not do. */
export type Trouble =
  | "gone"
  | "passkeyRefused"
  | "tooManyPasskeys"
  | "wrongPassword"
  | "notTheSame"
  | "weak"
  | "wait"
  | "stale"
  | "elsewhere";

/** What the page says on which people see and end what has access in their name. */
const ENGLISH = {
  title: "My access",
  rows: "What has access in your name",
  rowsWhy: "End what you do not know or no longer need. It takes effect at once.",
  part:
    "You have signed in with a token that is only a part of your access, so nothing else is shown.",
  thisOne: "this one",
  end: "End",
  endOthers: "End all others",
  kind: "What it is",
  kinds: {
    token: "token that was handed over",
    browser: "session of a browser",
    client: "application that you let in",
    provider: "application, by your identity provider",
  } satisfies Record<SignInKind | "token", string>,
  may: "May",
  reach: "Reaches",
  everything: "all guests and nodes",
  from: "Only from",
  lastUsed: "Last used",
  expires: "Expires",
  never: "never",
  withoutEnd: "never",
  now: "now",
  nothing: "Nothing has access in your name.",
  passkeys: "Passkeys",
  passkeysWhy:
    "With a passkey you sign in by fingerprint, face or PIN; no password can be guessed or stolen.",
  noPasskeys: "You have no passkey yet.",
  noScript: "Adding one needs JavaScript.",
  passkeyName: "Name of the new passkey",
  addPasskey: "Add a passkey",
  passkeyProblem: "No passkey was made. Try again.",
  added: "Added",
  remove: "Remove",
  password: "Password",
  passwordWhy: "Your other browser sessions end with it; tokens and applications stay.",
  old: "Current password",
  new: "New password",
  again: "New password again",
  change: "Change password",
  withPassword: "To manage passkeys or the password, sign in with your password or a passkey.",
  done: {
    ended: "It has no access any more.",
    ended_others: "All others have no access any more.",
    added: "The passkey was added.",
    removed: "The passkey was removed here. Delete it on your device too.",
    changed: "The password was changed.",
  } satisfies Record<Done, string>,
  trouble: {
    gone: "It was gone already.",
    passkeyRefused: "This passkey cannot be taken. Try again.",
    tooManyPasskeys: "It is known already, or you have 20 passkeys: remove one first.",
    wrongPassword: "The current password is wrong.",
    notTheSame: "The new passwords are not the same.",
    weak: "The new password needs at least 10 characters, and must not hold your name.",
    wait: pageWordsIn("en").wait,
    stale: "The page was open too long, or came from elsewhere. Try again.",
    elsewhere: "This is not possible with the token that you have signed in with.",
  } satisfies Record<Trouble, string>,
};

const TURKISH: typeof ENGLISH = {
  title: "Erişimim",
  rows: "Adınıza erişimi olanlar",
  rowsWhy: "Tanımadığınızı ya da artık gerekmeyeni sonlandırın. Hemen geçerli olur.",
  part:
    "Erişiminizin yalnız bir bölümü olan bir token ile oturum açtınız; bu yüzden başka bir şey gösterilmez.",
  thisOne: "bu",
  end: "Sonlandır",
  endOthers: "Ötekilerin hepsini sonlandır",
  kind: "Türü",
  kinds: {
    token: "elden verilmiş token",
    browser: "tarayıcı oturumu",
    client: "izin verdiğiniz uygulama",
    provider: "kimlik sağlayıcınızla giren uygulama",
  },
  may: "Yetkisi",
  reach: "Kapsamı",
  everything: "bütün konuklar ve düğümler",
  from: "Yalnız şuradan",
  lastUsed: "Son kullanım",
  expires: "Bitiş",
  never: "hiç",
  withoutEnd: "süresiz",
  now: "şimdi",
  nothing: "Adınıza erişimi olan bir şey yok.",
  passkeys: "Passkey'ler",
  passkeysWhy:
    "Passkey ile parmak izi, yüz ya da PIN kullanarak oturum açarsınız; tahmin edilecek ya da çalınacak " +
    "parola yoktur.",
  noPasskeys: "Henüz passkey'iniz yok.",
  noScript: "Eklemek için JavaScript gerekir.",
  passkeyName: "Yeni passkey'in adı",
  addPasskey: "Passkey ekle",
  passkeyProblem: "Passkey oluşturulmadı. Yeniden deneyin.",
  added: "Eklendi",
  remove: "Kaldır",
  password: "Parola",
  passwordWhy: "Öteki tarayıcı oturumlarınız da sona erer; token'lar ve uygulamalar kalır.",
  old: "Şimdiki parola",
  new: "Yeni parola",
  again: "Yeni parola, yeniden",
  change: "Parolayı değiştir",
  withPassword:
    "Passkey'leri ya da parolayı yönetmek için parolanızla ya da bir passkey ile oturum açın.",
  done: {
    ended: "Artık erişimi yok.",
    ended_others: "Ötekilerin hiçbirinin artık erişimi yok.",
    added: "Passkey eklendi.",
    removed: "Passkey buradan kaldırıldı. Cihazınızdan da silin.",
    changed: "Parola değiştirildi.",
  },
  trouble: {
    gone: "Zaten yoktu.",
    passkeyRefused: "Bu passkey alınamıyor. Yeniden deneyin.",
    tooManyPasskeys: "Zaten biliniyor ya da 20 passkey'iniz var: önce birini kaldırın.",
    wrongPassword: "Şimdiki parola yanlış.",
    notTheSame: "Yeni parolalar aynı değil.",
    weak: "Yeni parola en az 10 karakter olmalı ve adınızı içermemeli.",
    wait: pageWordsIn("tr").wait,
    stale: "Sayfa çok uzun süre açık kaldı ya da başka yerden geldi. Yeniden deneyin.",
    elsewhere: "Oturum açtığınız token ile bu yapılamaz.",
  },
};

export function wordsIn(language: Language): typeof ENGLISH {
  return language === "tr" ? TURKISH : ENGLISH;
}
