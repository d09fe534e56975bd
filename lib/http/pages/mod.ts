import type { Hono } from "hono";
import { servePlans } from "../approve/routes.tsx";
import type { Env } from "../request.ts";
import { serveAccess } from "./access/routes.tsx";
import type { PageApp } from "./services.ts";
import { serveSignIn } from "./sign_in/routes.tsx";

/** What people open in a browser: to sign in, to see what has access in their name, to approve plans. */
export function servePages(app: Hono<Env>, services: PageApp): void {
  serveSignIn(app, services);
  serveAccess(app, services);
  servePlans(app, services);
}
