import { say, type Server } from "./postgres.ts";

/** PGlite's socket server: PostgreSQL's own code with one session behind all connections. */
export async function startPglite(): Promise<Server> {
  const { PGlite } = await import("@electric-sql/pglite");
  const { PGLiteSocketServer } = await import("@electric-sql/pglite-socket");
  const db = await PGlite.create();
  const socket = new PGLiteSocketServer({ db, port: 0, host: "127.0.0.1", maxConnections: 40 });
  await socket.start();
  const port = Number(socket.getServerConn().split(":").at(-1));
  await say("PGlite, since no PostgreSQL is installed");
  return {
    host: "127.0.0.1",
    port,
    real: null,
    dispose: async () => {
      await socket.stop();
      await db.close();
    },
  };
}
