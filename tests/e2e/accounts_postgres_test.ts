import { makePostgresSite } from "../auth/postgres.ts";
import { sharedPostgres as server } from "../auth/shared_postgres.ts";
import { Site } from "../site.ts";
import { runAccountCommands } from "./account_commands.ts";

runAccountCommands("accounts on PostgreSQL", async () => {
  const database = await makePostgresSite(await server());
  const site = await Site.start({ openDatabase: () => database.open() });
  return {
    site,
    databaseUrl: database.url,
    [Symbol.asyncDispose]: async () => {
      await site[Symbol.asyncDispose]();
      await database.dispose();
    },
  };
});
