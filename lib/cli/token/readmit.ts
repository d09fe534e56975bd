import { readmitClient } from "../../auth/user_links.ts";
import { type ChangeOptions, withAccounts } from "../account_change.ts";
import type { CliContext } from "../context.ts";

export async function readmit(
  context: CliContext,
  id: number,
  options: ChangeOptions,
): Promise<void> {
  await withAccounts(context, options, async (accounts) => {
    await accounts.change(
      { command: "token readmit", given: { id } },
      (store) => readmitClient(store, id),
    );
    context.io.out(`the client of token ${id} is let in again with its next token`);
  });
}
