import { runStoreCases } from "./conformance.ts";
import { isRealPostgres, makePostgresSite, type Server, startPostgres } from "./postgres.ts";

const shared = Promise.withResolvers<Server>();

Deno.test.beforeAll(async () => {
  shared.resolve(await startPostgres());
});

Deno.test.afterAll(async () => {
  await (await shared.promise).dispose();
});

const name = await isRealPostgres() ? "PostgreSQL store" : "PostgreSQL store (PGlite)";
runStoreCases(name, async () => await makePostgresSite(await shared.promise));
