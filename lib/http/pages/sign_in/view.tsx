import { Field } from "../field.tsx";
import { Told } from "../layout.tsx";
import type { Challenge, PasskeySite } from "../passkey/challenges.ts";
import { PasskeyForm } from "../passkey/form.tsx";
import type { SignInWords } from "./words.ts";

export interface SignInProps {
  readonly words: SignInWords;
  /** Where it leads. */
  readonly next: string | undefined;
  /** Why the last attempt did not do. */
  readonly problem?: string | undefined;
  /** The name that was typed. */
  readonly username?: string | undefined;
  /** Whether there is more than tokens. */
  readonly own: boolean;
  readonly passkey: (Challenge & PasskeySite) | undefined;
  /** Whether it was a token that did not do. */
  readonly withToken?: boolean;
}

export function SignInView(props: SignInProps) {
  const { words, next, problem, own, passkey, withToken = false } = props;
  return (
    <div class="card narrow">
      <h1>{words.title}</h1>
      <p class="dim">{whyOf(props)}</p>
      {problem === undefined ? null : <Told mood="bad">{problem}</Told>}
      {own ? <PasswordForm {...props} /> : null}
      {own && passkey ? <WithPasskey words={words} next={next} passkey={passkey} /> : null}
      {own
        ? (
          <details open={withToken}>
            <summary>{words.withToken}</summary>
            <TokenForm words={words} next={next} focused={withToken} />
          </details>
        )
        : <TokenForm words={words} next={next} focused />}
    </div>
  );
}

/** What the person has come for. */
function whyOf({ words, next }: SignInProps): string {
  if (next?.startsWith("/approve/")) return words.whyApprove;
  return next?.startsWith("/oauth/") ? words.whyClient : words.why;
}

function PasswordForm({ words, next, username, withToken, passkey }: SignInProps) {
  const isKnown = username !== undefined && username !== "";
  const focused = !withToken;
  return (
    <form method="post" action="/sign-in">
      <Next next={next} />
      <Field
        id="username"
        label={words.user}
        type="text"
        value={username ?? ""}
        autocomplete={passkey ? "username webauthn" : "username"}
        autocapitalize="none"
        spellcheck={false}
        maxlength={150}
        required
        autofocus={focused && !isKnown}
      />
      <Field
        id="password"
        label={words.password}
        type="password"
        autocomplete="current-password"
        required
        autofocus={focused && isKnown}
      />
      <div class="choice">
        <button type="submit" name="do" value="password">{words.enter}</button>
      </div>
    </form>
  );
}

function WithPasskey(
  { words, next, passkey }: {
    words: SignInWords;
    next: string | undefined;
    passkey: Challenge & PasskeySite;
  },
) {
  const { challenge, rpId } = passkey;
  return (
    <PasskeyForm
      action="/sign-in"
      does="passkey"
      challenge={passkey}
      asked={{ challenge, rpId, userVerification: "required" }}
      problem={words.passkeyProblem}
      offers
    >
      <p class="or">{words.or}</p>
      <Next next={next} />
      <div class="choice">
        <button type="submit" class="other">{words.passkey}</button>
      </div>
    </PasskeyForm>
  );
}

function TokenForm(
  { words, next, focused }: { words: SignInWords; next: string | undefined; focused: boolean },
) {
  return (
    <form method="post" action="/sign-in" autocomplete="off">
      <Next next={next} />
      <Field
        id="token"
        label={words.token}
        type="password"
        autocomplete="off"
        spellcheck={false}
        hint={words.tokenHint}
        required
        autofocus={focused}
      />
      <div class="choice">
        <button type="submit" name="do" value="token">{words.continue}</button>
      </div>
    </form>
  );
}

function Next({ next }: { next: string | undefined }) {
  return next === undefined ? null : <input type="hidden" name="next" value={next} />;
}
