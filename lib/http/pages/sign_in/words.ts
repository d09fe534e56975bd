import type { Language } from "../../../mcp/messages.ts";

/** What the page says on which people sign in. */
const ENGLISH = {
  title: "Sign in",
  why: "To see and end what has access to the Proxmox cluster in your name.",
  whyApprove:
    "Somebody asked for a change of the Proxmox cluster that another person must approve. Sign in, with " +
    "the scope admin, to see it.",
  whyClient:
    "A program asks to operate Proxmox in your name. Sign in to see and decide what it may.",
  user: "User",
  password: "Password",
  enter: "Sign in",
  or: "or",
  passkey: "Use a passkey",
  passkeyProblem: "No passkey was used. Try again, or sign in another way.",
  withToken: "Use a token instead",
  token: "Your token",
  tokenHint: "It begins with pmcp_. Your administrator has given it to you.",
  continue: "Continue",
  wrong: "User or password is wrong.",
  wrongToken: "Authentication required. Provide a valid token.",
  wrongPasskey: "This passkey does not open anything here.",
  stale: "The page was open too long, or came from elsewhere. Try again.",
};

export type SignInWords = typeof ENGLISH;

const TURKISH: SignInWords = {
  title: "Oturum aç",
  why: "Proxmox kümesine sizin adınıza neyin eriştiğini görmek ve sonlandırmak için.",
  whyApprove:
    "Birisi Proxmox kümesinde, başka bir kişinin onaylaması gereken bir değişiklik istedi. Görmek için " +
    "admin yetkisiyle oturum açın.",
  whyClient:
    "Bir program Proxmox'u sizin adınıza yönetmek istiyor. Ne yapabileceğini görüp karar vermek için oturum açın.",
  user: "Kullanıcı",
  password: "Parola",
  enter: "Oturum aç",
  or: "ya da",
  passkey: "Passkey kullan",
  passkeyProblem: "Passkey kullanılmadı. Yeniden deneyin ya da başka yolla oturum açın.",
  withToken: "Bunun yerine token kullan",
  token: "Token'ınız",
  tokenHint: "pmcp_ ile başlar; size yöneticiniz vermiştir.",
  continue: "Devam",
  wrong: "Kullanıcı ya da parola yanlış.",
  wrongToken: "Kimlik doğrulama gerekli. Geçerli bir token sağlayın.",
  wrongPasskey: "Bu passkey burada bir şey açmıyor.",
  stale: "Sayfa çok uzun süre açık kaldı ya da başka yerden geldi. Yeniden deneyin.",
};

export function wordsIn(language: Language): SignInWords {
  return language === "tr" ? TURKISH : ENGLISH;
}
