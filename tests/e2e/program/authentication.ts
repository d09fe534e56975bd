import assert from "node:assert/strict";
import { includesScope } from "../../../lib/auth/scope.ts";
import { createAuthenticatedToken } from "../../tokens.ts";
import type { Role } from "../../support/served.ts";
import type { Steps } from "./steps.ts";
import { OFFERED } from "../../support/offered.ts";

const ROLES: readonly Role[] = ["user", "write", "admin"];
const now = () => new Date();

export const AUTHENTICATION: Steps = {
  "every route but health is shut without a good token": async (site, t) => {
    const past = new Date(Date.now() - 1000);
    const expired = await createAuthenticatedToken(site.store, {
      username: "ada",
      permission: "admin",
      expires: past,
      now,
    });
    const revoked = await createAuthenticatedToken(site.store, {
      username: "ada",
      permission: "admin",
      now,
    });
    const [newest] = (await site.store.listTokens()).toSorted((a, b) => b.id - a.id);
    await site.store.revokeToken(newest!.id);
    const elsewhere = await createAuthenticatedToken(site.store, {
      username: "ada",
      permission: "admin",
      allowedIps: "192.0.2.0/24",
      now,
    });
    const headers: Record<string, Record<string, string>> = {
      none: {},
      empty: { authorization: "Bearer " },
      malformed: { authorization: site.tokens.admin },
      basic: { authorization: `Basic ${btoa("admin:admin")}` },
      unknown: { authorization: "Bearer admin-token" },
      expired: { authorization: `Bearer ${expired}` },
      revoked: { authorization: `Bearer ${revoked}` },
      elsewhere: { authorization: `Bearer ${elsewhere}` },
    };
    const routes: [string, string][] = [
      ["POST", "/mcp"],
      ["GET", "/mcp"],
      ["DELETE", "/mcp"],
      ["GET", "/mcp/sse"],
      ["POST", "/mcp/sse/messages?session_id=x"],
      ["GET", "/metrics"],
      ["POST", `/mcp?token=${site.tokens.admin}&access_token=${site.tokens.admin}`],
    ];
    for (const [name, given] of Object.entries(headers)) {
      await t.step(name, async () => {
        for (const [method, path] of routes) {
          const response = await fetch(`${site.root}${path}`, {
            method,
            headers: { "content-type": "application/json", ...given },
            ...(method === "POST" ? { body: '{"method":"tools/list"}' } : {}),
          });
          const body = await response.json();
          assert.equal(response.status, 401, `${method} ${path}`);
          assert.match(response.headers.get("www-authenticate") ?? "", /^Bearer /);
          assert.deepEqual(body, {
            jsonrpc: "2.0",
            id: null,
            error: { code: -32001, message: "Authentication required. Provide a valid token." },
          });
        }
      });
    }
    assert.equal(site.fake.requests.length, 0);
    const log = site.lines.join("\n");
    for (const secret of [expired, revoked, elsewhere, site.tokens.admin, "admin-token"]) {
      assert.ok(!log.includes(secret), "a token in the log");
    }
    assert.ok(site.lines.some((line) => line.includes("Login failed")));
  },
  "every tool is refused without its scope, by token and in the list, and audited": async (
    site,
  ) => {
    for (const role of ROLES) {
      const listed = await site.post({ method: "tools/list" }, site.headers(site.tokens[role]));
      const names = listed.json.result.tools.map((tool: { name: string }) => tool.name);
      const allowed = OFFERED.filter((tool) => includesScope(role, tool.scope));
      assert.deepEqual(names, allowed.map((tool) => tool.name), role);
    }
    const sent = site.fake.requests.length;
    for (const role of ROLES) {
      for (const tool of OFFERED) {
        if (includesScope(role, tool.scope)) continue;
        const answer = await site.call(tool.name, { vmid: 100 }, { role });
        assert.equal(answer.isError, true, tool.name);
        assert.equal(answer.code, "forbidden", tool.name);
        assert.equal(
          answer.text,
          `You do not have the required scope (${tool.scope}) for this operation.`,
        );
        const [row] = await site.trail.list({ limit: 1 });
        assert.deepEqual([row?.tool, row?.outcome, row?.door], [tool.name, "denied", "curl"]);
      }
    }
    assert.equal(site.fake.requests.length, sent, "a refused call reached Proxmox");
  },
  "health needs no token and tells nothing": async (site) => {
    const get = async (path: string) => {
      const response = await fetch(`${site.root}${path}`);
      return [response.status, await response.json()];
    };
    assert.deepEqual(await get("/healthz"), [200, { status: "ok" }]);
    assert.deepEqual(await get("/readyz"), [
      200,
      { status: "ok", database: "ok", proxmox: "ok" },
    ]);
  },
};
