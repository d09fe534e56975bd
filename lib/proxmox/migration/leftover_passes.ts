import { number, records } from "../api/values.ts";
import { isRunning, tasksOf } from "../cluster/task_list.ts";
import type { Pve } from "../pve.ts";
import { isPassName, ownerOf, PASS_SECONDS, withdraw } from "./pass.ts";

/** Whoever has made a token has sent a guest with it by then. */
const YOUNG_SECONDS = 120;

/**
 * Deletes the tokens that guests were to come in with and that nobody sees to any more.
 *
 * @returns how many are left, because they are in use or may be soon
 */
export async function withdrawLeftovers(pve: Pve): Promise<number> {
  const user = ownerOf(pve);
  const owner = (await pve.list("/access/users", {}, { full: true }))
    .find(({ userid }) => userid === user);
  const passes = records(owner?.tokens).map((token) => ({
    name: String(token.tokenid),
    made: (number(token.expire) ?? 0) - PASS_SECONDS,
  })).filter(({ name }) => isPassName(name));
  if (passes.length === 0) return 0;
  const running = new Set(
    tasksOf(await pve.list("/cluster/tasks")).filter(isRunning).map((task) => task.user),
  );
  const now = pve.now().getTime() / 1000;
  const isNeeded = ({ made, name }: { made: number; name: string }) =>
    running.has(`${user}!${name}`) || now - made < YOUNG_SECONDS;
  for (const { name } of passes.filter((pass) => !isNeeded(pass))) {
    await withdraw(pve, { user, name });
  }
  return passes.filter(isNeeded).length;
}
