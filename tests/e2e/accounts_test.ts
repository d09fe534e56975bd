import { Site } from "../site.ts";
import { runAccountCommands } from "./account_commands.ts";

runAccountCommands("accounts on SQLite", async () => {
  const site = await Site.start();
  return {
    site,
    databaseUrl: `sqlite:${site.folder}/test.db`,
    [Symbol.asyncDispose]: () => site[Symbol.asyncDispose](),
  };
});
