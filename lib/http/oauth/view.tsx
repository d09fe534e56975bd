import type { TokenLimits } from "../../auth/limits.ts";
import { type Scope, SCOPES } from "../../auth/scope.ts";
import type { Language } from "../../mcp/messages.ts";
import { type Reach, REACHES, reachText } from "../../oauth/own_reach.ts";
import { placeOf } from "../../oauth/own_redirects.ts";
import type { Request } from "../../oauth/own_seals.ts";
import { Field } from "../pages/field.tsx";
import { Csrf, Told, type Visitor } from "../pages/layout.tsx";
import { wordsIn as pageWordsIn } from "../pages/words.ts";
import { type Words, wordsIn } from "./words.ts";

/** For how many days a person may let a client in, the last one unless another is chosen. */
export const DAYS = [1, 7, 30, 90] as const;

/** What was sent and cannot be taken, and in which field. */
export interface Flawed {
  readonly form: URLSearchParams;
  readonly flaw: Reach;
}

export interface ConsentProps {
  readonly language: Language;
  readonly request: Request;
  readonly sealed: string;
  readonly visitor: Visitor;
  /** The most that can be granted. */
  readonly most: Scope;
  readonly limits: TokenLimits | null;
  readonly flawed?: Flawed | undefined;
}

/** What a client asks for, and what the person may make of it. */
export function ConsentView(props: ConsentProps) {
  const { language, request, sealed, visitor, most, flawed } = props;
  const { name, host, redirect, asked } = request;
  const words = wordsIn(language);
  const { scopes } = pageWordsIn(language);
  const chosen = flawed?.form.get("scope") ?? (asked === null ? "user" : most);
  const days = flawed?.form.get("days") ?? String(DAYS.at(-1));
  const onThisComputer = new URL(redirect).protocol === "http:";
  return (
    <div class="card">
      <h1>{`“${name}” ${words.asks}`}</h1>
      {flawed ? <Told mood="bad">{words.beyond(words.reaches[flawed.flaw])}</Told> : null}
      <p class={host === null ? "tell" : "tell good"} role="note">
        {host === null ? words.unverified : words.verified(host)}
      </p>
      <p>
        {words.backTo} <strong>{onThisComputer ? words.thisComputer : placeOf(redirect)}</strong>
      </p>
      <form method="post" action="/oauth/consent" autocomplete="off">
        <Csrf visitor={visitor} />
        <input type="hidden" name="request" value={sealed} />
        <fieldset>
          <legend>{words.may}</legend>
          {SCOPES.slice(0, SCOPES.indexOf(most) + 1).map((scope) => (
            <label class="pick">
              <input type="radio" name="scope" value={scope} checked={scope === chosen} />
              <span>
                <code>{scope}</code>: {scopes[scope]}
              </span>
            </label>
          ))}
        </fieldset>
        <ReachFields {...props} words={words} />
        <fieldset>
          <legend>{words.days}</legend>
          <div class="row">
            {DAYS.map((count) => (
              <label class="pick">
                <input type="radio" name="days" value={count} checked={String(count) === days} />
                <span>{words.day(count)}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <div class="choice">
          <button type="submit" class="yes" name="do" value="allow">{words.allow}</button>
          <button type="submit" class="no" name="do" value="deny">{words.deny}</button>
        </div>
      </form>
    </div>
  );
}

function ReachFields({ words, limits, flawed }: ConsentProps & { words: Words }) {
  const mustWait = limits?.needsApproval ?? false;
  return (
    <fieldset>
      <legend>{words.reach}</legend>
      <p class="dim">{words.reachWhy} {keepsTools(limits) ? words.kept : ""}</p>
      {REACHES.map((reach) => (
        <Field
          id={reach}
          label={words.reaches[reach]}
          type="text"
          value={flawed?.form.get(reach) ?? reachText(limits, reach)}
          placeholder={words.all}
          maxlength={500}
          spellcheck={false}
          aria-invalid={flawed?.flaw === reach ? "true" : undefined}
          autofocus={flawed?.flaw === reach}
        />
      ))}
      <label class="pick apart">
        <input
          type="checkbox"
          name="approval"
          value="yes"
          checked={mustWait || (flawed?.form.has("approval") ?? false)}
          disabled={mustWait}
        />
        <span>{words.approval}</span>
      </label>
    </fieldset>
  );
}

function keepsTools(limits: TokenLimits | null): boolean {
  return limits !== null && (limits.toolsAllow !== null || limits.toolsDeny.length > 0);
}
