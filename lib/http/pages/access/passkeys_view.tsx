import type { Passkey } from "../../../auth/passkeys.ts";
import type { Language } from "../../../mcp/messages.ts";
import { Field } from "../field.tsx";
import { Csrf, Time, type Visitor } from "../layout.tsx";
import { PasskeyForm } from "../passkey/form.tsx";
import type { Challenge, PasskeySite } from "../passkey/challenges.ts";
import { userHandle } from "../passkey/verify.ts";
import { Act } from "./act.tsx";
import { wordsIn } from "./words.ts";

export interface PasskeyProps {
  readonly language: Language;
  readonly passkeys: readonly Passkey[];
  readonly visitor: Visitor;
  readonly userId: number;
  /** What a new one signs, and the name that is proposed for it. */
  readonly passkey: Challenge & PasskeySite & { readonly name: string };
}

/** EdDSA, ES256 and RS256, which between them every authenticator knows. */
const ALGORITHMS = [-8, -7, -257];

export function PasskeysCard(props: PasskeyProps) {
  const { language, passkeys, visitor } = props;
  const words = wordsIn(language);
  return (
    <section class="card">
      <h2>{words.passkeys}</h2>
      <p class="dim">{words.passkeysWhy}</p>
      {passkeys.length === 0 ? <p class="empty">{words.noPasskeys}</p> : (
        <ul class="rows">
          {passkeys.map(({ id, name, createdAt, lastUsed }) => (
            <li>
              <h3>{name}</h3>
              <Act visitor={visitor} wish="remove_passkey" id={id}>
                <button type="submit" class="quiet no" aria-label={`${words.remove}: ${name}`}>
                  {words.remove}
                </button>
              </Act>
              <dl>
                <dt>{words.added}</dt>
                <dd>
                  <Time at={createdAt} language={language} />
                </dd>
                <dt>{words.lastUsed}</dt>
                <dd>
                  {lastUsed === null ? words.never : <Time at={lastUsed} language={language} />}
                </dd>
              </dl>
            </li>
          ))}
        </ul>
      )}
      <AddForm {...props} />
      <noscript>
        <p class="dim">{words.noScript}</p>
      </noscript>
    </section>
  );
}

function AddForm({ language, passkeys, visitor, userId, passkey }: PasskeyProps) {
  const words = wordsIn(language);
  const { challenge, rpId, name } = passkey;
  const asked = {
    challenge,
    rp: { id: rpId, name: "proxmox-mcp" },
    user: { id: userHandle(userId), name: visitor.user, displayName: visitor.user },
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
    authenticatorSelection: {
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    },
    attestation: "none",
    exclude: passkeys.map(({ credentialId }) => credentialId),
  };
  return (
    <PasskeyForm
      action="/my-access"
      does="add_passkey"
      challenge={passkey}
      asked={asked}
      problem={words.passkeyProblem}
    >
      <Csrf visitor={visitor} />
      <Field
        id="passkey-name"
        name="name"
        label={words.passkeyName}
        type="text"
        value={name}
        maxlength={60}
        autocomplete="off"
        required
      />
      <div class="choice start">
        <button type="submit" class="other">{words.addPasskey}</button>
      </div>
    </PasskeyForm>
  );
}
