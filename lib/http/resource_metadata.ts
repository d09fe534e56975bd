import type { Hono } from "hono";
import { cors } from "hono/cors";
import type { ProtectedResource } from "../oauth/resource.ts";
import type { Env } from "./request.ts";

/** Serves what tells OAuth clients whom to ask for a token: to anybody, and to pages of any site. */
export function serveMetadata(app: Hono<Env>, { paths, document }: ProtectedResource): void {
  for (const path of paths) {
    app.use(path, cors({ origin: "*", allowMethods: ["GET", "HEAD"] }));
    app.get(path, (c) => c.json(document));
  }
}
