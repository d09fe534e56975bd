import type { Child } from "hono/jsx";
import { effectiveScope } from "../../../auth/scope.ts";
import type { Language } from "../../../mcp/messages.ts";
import { Field } from "../field.tsx";
import { Time, Told, type Visitor } from "../layout.tsx";
import { Act } from "./act.tsx";
import type { Access, Held } from "./held.ts";
import { type PasskeyProps, PasskeysCard } from "./passkeys_view.tsx";
import { wordsIn as pageWordsIn } from "../words.ts";
import { reachOf } from "./reach.ts";
import { type Done, type Trouble, wordsIn } from "./words.ts";

export interface AccessProps {
  readonly language: Language;
  readonly access: Access;
  readonly visitor: Visitor;
  readonly userId: number;
  /** Whether people can sign in with more than tokens. */
  readonly offersOwn: boolean;
  readonly passkey: PasskeyProps["passkey"] | undefined;
  readonly done?: Done;
  readonly trouble?: Trouble;
}

/** What has access in somebody's name, and what that somebody signs in with. */
export function AccessView(props: AccessProps) {
  const { language, access, visitor, userId, offersOwn, passkey, done, trouble } = props;
  const words = wordsIn(language);
  const { own } = access;
  return (
    <>
      <h1>{words.title}</h1>
      {trouble ? <Told mood="bad">{words.trouble[trouble]}</Told> : null}
      {done ? <Told mood="good">{words.done[done]}</Told> : null}
      <HeldCard language={language} access={access} visitor={visitor} />
      {own && passkey
        ? (
          <PasskeysCard
            language={language}
            passkeys={own.passkeys}
            visitor={visitor}
            userId={userId}
            passkey={passkey}
          />
        )
        : null}
      {own?.hasPassword ? <PasswordCard language={language} visitor={visitor} /> : null}
      {offersOwn && own === null && access.whole ? <p class="dim">{words.withPassword}</p> : null}
    </>
  );
}

type CardProps = Pick<AccessProps, "language" | "access" | "visitor">;

function HeldCard({ language, access: { held, whole }, visitor }: CardProps) {
  const words = wordsIn(language);
  return (
    <section class="card">
      <div class="head">
        <h2>{words.rows}</h2>
        {held.length > 1
          ? (
            <Act visitor={visitor} wish="end_others">
              <button type="submit" class="quiet no">{words.endOthers}</button>
            </Act>
          )
          : null}
      </div>
      <p class="dim">{whole ? words.rowsWhy : words.part}</p>
      {held.length === 0 ? <p class="empty">{words.nothing}</p> : (
        <ul class="rows">
          {held.map((one) => <Row language={language} one={one} visitor={visitor} />)}
        </ul>
      )}
    </section>
  );
}

function Row({ language, one, visitor }: { language: Language; one: Held; visitor: Visitor }) {
  const words = wordsIn(language);
  const { token, signIn, isThis } = one;
  const reach = reachOf(token.limits, language);
  const facts: [string, Child][] = [
    [words.kind, kindOf(one, words.kinds[signIn?.kind ?? "token"])],
    [words.may, pageWordsIn(language).scopes[effectiveScope(token)]],
    [words.reach, reach.length === 0 ? words.everything : reach.join("; ")],
    ...token.allowedIps.trim() === "" ? [] : [[words.from, token.allowedIps] as [string, Child]],
    [words.lastUsed, isThis ? words.now : when(token.lastUsed, words.never)],
    [words.expires, when(token.expires, words.withoutEnd)],
  ];
  function when(at: Date | null, none: string) {
    return at === null ? none : <Time at={at} language={language} />;
  }
  return (
    <li>
      <h3>
        {token.name}
        {isThis ? <span class="tag">{words.thisOne}</span> : null}
      </h3>
      <Act visitor={visitor} wish="end" id={token.id}>
        <button type="submit" class="quiet no" aria-label={`${words.end}: ${token.name}`}>
          {words.end}
        </button>
      </Act>
      <dl>
        {facts.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
    </li>
  );
}

/** With the name that a client gave itself, and what vouches for that name. */
function kindOf({ signIn }: Held, kind: string): string {
  if (signIn === undefined || signIn.kind === "browser") return kind;
  const { clientName, clientId } = signIn;
  const name = [clientName, clientName === "" ? clientId : `(${clientId})`].join(" ").trim();
  return name === "" ? kind : `${kind}: ${name}`;
}

function PasswordCard({ language, visitor }: Pick<CardProps, "language" | "visitor">) {
  const words = wordsIn(language);
  return (
    <section class="card">
      <h2>{words.password}</h2>
      <p class="dim">{words.passwordWhy}</p>
      <Act visitor={visitor} wish="change_password">
        <input type="text" autocomplete="username" value={visitor.user} readonly hidden />
        <Secret id="old" label={words.old} kind="current-password" />
        <Secret id="new" label={words.new} kind="new-password" hint={words.trouble.weak} />
        <Secret id="again" label={words.again} kind="new-password" />
        <div class="choice start">
          <button type="submit" class="other">{words.change}</button>
        </div>
      </Act>
    </section>
  );
}

function Secret(
  { id, label, kind, hint }: {
    id: string;
    label: string;
    kind: "current-password" | "new-password";
    hint?: string | undefined;
  },
) {
  return (
    <Field
      id={id}
      label={label}
      type="password"
      autocomplete={kind}
      minlength={hint ? 10 : undefined}
      hint={hint}
      required
    />
  );
}
