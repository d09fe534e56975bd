import { runStoreCases } from "./conformance.ts";
import { makePostgresSite, sharedServer } from "./postgres.ts";

const server = sharedServer();

runStoreCases("PostgreSQL store", async () => await makePostgresSite(await server()));
