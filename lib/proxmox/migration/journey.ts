import { Limit } from "../../abort.ts";
import { AppError, messageOf } from "../../errors.ts";
import { isDoubtful, ProxmoxError } from "../api/errors.ts";
import type { Patience } from "../following.ts";
import type { Guest } from "../guest/directory.ts";
import type { Pve } from "../pve.ts";
import type { TaskState } from "../tasks.ts";
import { type Grant, issue, type Pass, withdraw } from "./pass.ts";
import { hiding, type Journey, sendJourney } from "./remote_request.ts";
import { seeOff, type Sent } from "./seeing_off.ts";

/** Begins work that outlasts the call, with what it needs of both clusters; undefined while the server stops. */
type Begin = (
  work: (source: Pve, target: Pve) => Promise<void>,
) => Promise<{ readonly done: Promise<void> } | undefined>;

interface Parts {
  readonly source: Pve;
  readonly target: Pve;
  readonly guest: Guest;
  readonly pass: Pass;
  /** What the pass is granted. */
  readonly grants: readonly Grant[];
  /** What it says of itself in its cluster. */
  readonly comment: string;
  readonly journey: Omit<Journey, "pass" | "secret">;
  readonly patience: Patience;
  readonly begin: Begin;
}

/** Plans a guest's way to another cluster. */
export async function planJourney(
  { comment, grants, guest, journey, pass, source, target }: Omit<Parts, "begin" | "patience">,
): Promise<void> {
  const secret = await issue(target, pass, { comment, grants });
  await sendJourney(source, guest, { ...journey, pass, secret });
  await withdraw(target, pass);
  source.foresee("its API token is deleted when the task has ended; its secret is told to nobody");
}

/**
 * Sends a guest to another cluster with a token made for it, and follows the task as long as the caller has
 * patience. The token goes again whatever comes of it: whoever sees to that is there before the token is.
 */
export async function travel(
  { begin, comment, grants, guest, journey, pass, patience, source, target }: Parts,
): Promise<TaskState> {
  const sent = Promise.withResolvers<Sent>();
  const ended = Promise.withResolvers<void>();
  const seeing = await begin((own, there) =>
    seeOff(own, there, { guest, pass, sent: sent.promise, ended: ended.promise })
  );
  if (seeing === undefined) throw new AppError("unavailable", "the server is stopping");
  const gone = seeing.done.then(() => undefined, messageOf);
  let state: Sent = { kind: "nothing" };
  try {
    const secret = await target.step(() => issue(target, pass, { comment, grants }));
    state = { kind: "unknown" };
    const { upid } = await hiding(secret, async () => {
      const upid = String(await sendJourney(source, guest, { ...journey, pass, secret }));
      state = { kind: "task", upid };
      sent.resolve(state);
      return { upid };
    });
    const task = await hiding(secret, () => source.task(upid, patience));
    if (task.status === "running") {
      source.warn("the API token that was made for it is deleted when it ends");
      return task;
    }
    ended.resolve();
    await told(source, { gone, pass });
    return task;
  } catch (error) {
    if (error instanceof ProxmoxError && !isDoubtful(error) && state.kind === "unknown") {
      state = { kind: "nothing" };
    }
    sent.resolve(state);
    // Other failures tell that nobody knows, or waits for, the task's end.
    const isOver = state.kind === "nothing" || error instanceof ProxmoxError;
    if (isOver && !source.signal.aborted) {
      ended.resolve();
      await told(source, { gone, pass }).catch(() => {});
    }
    throw error;
  }
}

/** Waits until the token is gone, as long as there is patience. */
async function told(
  pve: Pve,
  { gone, pass }: { gone: Promise<string | undefined>; pass: Pass },
): Promise<void> {
  using nap = new Limit(pve.signal);
  const late = pve.sleep(pve.patienceMs, nap.signal).then(() => "it takes longer", () => undefined);
  const why = await Promise.race([gone, late]);
  nap.abort();
  if (why === undefined) return;
  const until = new Date(pass.expires * 1000).toISOString();
  pve.warn(`the API token ${pass.user}!${pass.name} is not deleted yet (${why}); it ends ${until}`);
}
