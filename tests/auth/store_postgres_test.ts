import { runStoreCases } from "./conformance.ts";
import { makePostgresSite } from "./postgres.ts";
import { sharedPostgres as server } from "./shared_postgres.ts";

runStoreCases("PostgreSQL store", async () => await makePostgresSite(await server()));
