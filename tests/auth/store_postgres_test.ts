import { runStoreCases } from "./conformance.ts";
import { isRealPostgres, makePostgresSite, sharedServer } from "./postgres.ts";

const server = sharedServer();
const name = await isRealPostgres() ? "PostgreSQL store" : "PostgreSQL store (PGlite)";

runStoreCases(name, async () => await makePostgresSite(await server()));
