import type { Child } from "hono/jsx";
import type { Language } from "../../mcp/messages.ts";
import { Csrf, Time, type Visitor } from "../pages/layout.tsx";
import { type Words, wordsIn } from "./words.ts";

type Fact = Readonly<Record<string, unknown>>;

/** A plan with everything that is known of it, and the choice. */
export function PlanView(
  { language, plan, visitor }: { language: Language; plan: Fact; visitor: Visitor },
) {
  const words = wordsIn(language);
  const isApproved = plan.state === "approved";
  const sections: [string, Child[]][] = [
    [words.about, listOf(plan.about).map(String)],
    [words.guests, listOf(plan.guests).map((guest) => fact(guest, guestText))],
    [
      words.changes,
      Object.entries(factOf(plan.changes)).map(([key, change]) => (
        <Change words={words} name={key} change={factOf(change)} />
      )),
    ],
    [words.notes, listOf(plan.notes).map(String)],
    [words.checks, listOf(plan.checks).map((check) => fact(check, checkText))],
  ];
  return (
    <div class="card">
      <h1>{`${plan.asked_by} ${words.wantsTo} ${plan.action}`}</h1>
      <p class="dim">
        {isApproved ? words.approvedUntil : words.until}{" "}
        <Time at={new Date(String(plan.expires_at))} language={language} />. {words.nothingYet}
      </p>
      {sections.filter(([, items]) => items.length > 0).map(([title, items]) => (
        <section>
          <h2>{title}</h2>
          <ul class={title === words.checks ? "checks" : undefined}>
            {items.map((item) => <li>{item}</li>)}
          </ul>
        </section>
      ))}
      <h2>{words.requests}</h2>
      {listOf(plan.requests).map((request) => fact(request, requestView))}
      <h2>{words.arguments}</h2>
      <pre>{`${plan.tool} ${JSON.stringify(plan.arguments, null, 2)}`}</pre>
      <p class="dim">
        SHA-256 <code>{String(plan.arguments_sha256)}</code>
      </p>
      <form method="post">
        <Csrf visitor={visitor} />
        <div class="choice">
          {isApproved
            ? null
            : <button type="submit" class="yes" name="do" value="approve">{words.approve}</button>}
          <button type="submit" class="no" name="do" value="deny">
            {isApproved ? words.takeBack : words.deny}
          </button>
        </div>
      </form>
    </div>
  );
}

/** What was cut says so itself, as a text. */
function fact<T>(value: unknown, view: (fact: Fact) => T): T | string {
  return typeof value === "string" ? value : view(factOf(value));
}

function checkText({ check, ok }: Fact): string {
  return `${ok ? "✓" : "✗"} ${check}`;
}

function guestText({ vmid, name, node, status }: Fact): string {
  return `${vmid}${name === undefined ? "" : ` (${name})`}: ${node}, ${status}`;
}

function Change(
  { words, name, change: { from, to } }: { words: Words; name: string; change: Fact },
) {
  return (
    <>
      <code>{name}</code>: {from === undefined ? words.nothing : <del>{shown(from, words)}</del>} →
      {" "}
      <ins>{shown(to, words)}</ins>
    </>
  );
}

function shown(value: unknown, words: Words): string {
  if (value === undefined) return words.nothing;
  return typeof value === "string" ? value : JSON.stringify(value);
}

function requestView({ method, path, body }: Fact) {
  const params = Object.entries(factOf(body)).map(([key, value]) =>
    `\n  ${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`
  );
  return <pre>{`${method} ${path}${params.join("")}`}</pre>;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function factOf(value: unknown): Fact {
  return typeof value === "object" && value !== null ? value as Fact : {};
}
