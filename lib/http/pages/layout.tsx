import type { Child } from "hono/jsx";
import { raw } from "hono/html";
import type { Language } from "../../mcp/messages.ts";
import { STYLE } from "./style.ts";
import { wordsIn } from "./words.ts";

/** Who has signed in, for the forms of a page. */
export interface Visitor {
  readonly user: string;
  /** To stand in every form, as the field `csrf`. */
  readonly csrf: string;
}

export interface PageProps {
  readonly language: Language;
  readonly title: string;
  readonly visitor?: Visitor | undefined;
  /** Where signing out leads after the next sign-in. */
  readonly next?: string | undefined;
  /** Whether the page has forms for passkeys. */
  readonly script?: boolean;
}

/** A page of its own, in the caller's language. */
export function Page(
  { language, title, visitor, next, script = false, children }: PageProps & { children?: Child },
) {
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{title}</title>
        <style>{raw(STYLE)}</style>
        {script ? <script src="/passkey.js" defer></script> : null}
      </head>
      <body>
        <header>
          <span class="brand">proxmox-mcp</span>
          {visitor ? <SignedIn language={language} visitor={visitor} next={next} /> : null}
        </header>
        <main>{children}</main>
      </body>
    </html>
  );
}

function SignedIn(
  { language, visitor, next }: Required<Pick<PageProps, "language" | "next">> & {
    visitor: Visitor;
  },
) {
  const words = wordsIn(language);
  return (
    <form method="post" action="/sign-out">
      <a href="/my-access" title={words.myAccess}>{visitor.user}</a>
      <Csrf visitor={visitor} />
      {next ? <input type="hidden" name="next" value={next} /> : null}
      <button class="quiet" type="submit">{words.leave}</button>
    </form>
  );
}

/** The field that shows that a form is the page's own. */
export function Csrf({ visitor }: { visitor: Visitor }) {
  return <input type="hidden" name="csrf" value={visitor.csrf} />;
}

/** What came of something, or why nothing can. */
export function Told(
  { mood, children }: { mood: "good" | "bad" | ""; children?: Child },
) {
  return <p class={`tell ${mood}`} role={mood === "bad" ? "alert" : "status"}>{children}</p>;
}

/** A time that people can read, in UTC. */
export function Time({ at, language }: { at: Date; language: Language }) {
  const shown = new Intl.DateTimeFormat(language === "tr" ? "tr-TR" : "en-GB", {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone: "UTC",
  }).format(at);
  return <time datetime={at.toISOString()}>{`${shown} UTC`}</time>;
}
