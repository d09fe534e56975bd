import type { Child } from "hono/jsx";
import type { Challenge } from "./challenges.ts";

/** A form that the browser's passkeys fill in: unseen until the script knows of them. */
export function PasskeyForm(
  { action, does, challenge: { state }, asked, problem, offers, children }: {
    action: string;
    does: string;
    challenge: Challenge;
    /** What the browser is asked. */
    asked: unknown;
    /** What is told when the browser does not answer. */
    problem: string;
    /** Whether passkeys are offered where a name is typed, before the button is pressed. */
    offers?: boolean;
    children: Child;
  },
) {
  return (
    <form
      class="scripted"
      method="post"
      action={action}
      data-passkey={JSON.stringify(asked)}
      data-problem={problem}
      {...(offers ? { "data-offer": "" } : {})}
    >
      <input type="hidden" name="do" value={does} />
      <input type="hidden" name="state" value={state} />
      <input type="hidden" name="credential" value="" />
      {children}
      <p class="tell bad" role="alert"></p>
    </form>
  );
}
