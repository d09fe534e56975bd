import assert from "node:assert/strict";
import { MIGRATIONS } from "../../lib/database/migrations/mod.ts";

/** The number and name of a step stand in databases: they never change. */
Deno.test("MIGRATIONS count from 1 and keep their names", () => {
  const names = ["accounts", "audit trail", "token limits", "shared rates", "audit format"];
  assert.deepEqual(MIGRATIONS.slice(0, names.length).map(({ name }) => name), names);
  assert.deepEqual(MIGRATIONS.map(({ version }) => version), MIGRATIONS.map((_, at) => at + 1));
});
