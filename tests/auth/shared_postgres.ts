import { type Server, startPostgres } from "./postgres.ts";

/** The one server for all tests that run together: started before the first, taken down after the last. */
export const sharedPostgres: () => Promise<Server> = sharedServer();

function sharedServer(): () => Promise<Server> {
  const server = Promise.withResolvers<Server>();
  Deno.test.beforeAll(() => startPostgres().then(server.resolve, server.reject));
  Deno.test.afterAll(async () => await (await server.promise).dispose());
  return () => server.promise;
}
