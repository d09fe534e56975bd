import assert from "node:assert/strict";
import type { UserRecord } from "../../lib/auth/accounts.ts";
import { reachOf } from "../../lib/http/pages/access/reach.ts";
import { ownPath } from "../../lib/http/pages/own_path.ts";
import { passkeySite } from "../../lib/http/pages/passkey/challenges.ts";
import { browserName } from "../../lib/http/pages/sign_in/browser.ts";
import { checkUser, Turns } from "../../lib/http/pages/sign_in/password.ts";
import { WrongPasswords } from "../../lib/http/pages/sign_in/wrong_passwords.ts";
import { policy } from "../../lib/http/pages/style.ts";
import { NO_LIMITS } from "../tokens.ts";

Deno.test("ownPath takes paths of this server only", () => {
  const good = ["/my-access", "/approve/abc", "/oauth/authorize?client_id=https%3A%2F%2Fx.y&a=b"];
  for (const path of good) assert.equal(ownPath(path), path);
  const bad = [
    ...["", "my-access", "//evil.example", "/\\evil.example", "\\\\evil.example", "/a\\b"],
    ...["https://evil.example", "https:/evil.example", "javascript:alert(1)", " //evil.example"],
    ...["/.//evil.example", "/a/..//evil.example", "/\t/evil.example", "/\n/evil.example"],
    ...["/%0d%0a", "/%2e%2e//evil.example"].slice(1),
    ...["/ı", "/a b", `/${"x".repeat(5_000)}`],
  ];
  for (const path of bad) assert.equal(ownPath(path), undefined, JSON.stringify(path));
  assert.equal(ownPath("/a/../my-access#x"), "/my-access");
});

Deno.test("browserName says only words of its own", () => {
  const names: [string | undefined, string][] = [
    ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
    [
      "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
      "Edge on Windows",
    ],
    [
      "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
      "Chrome on Android",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1",
      "Safari on iOS",
    ],
    ["<script>alert(1)</script>", ""],
    [undefined, ""],
  ];
  for (const [header, name] of names) {
    assert.equal(browserName(header), name === "" ? "browser" : `browser: ${name}`);
  }
});

Deno.test("policy lets forms lead to one place more, and names it in the way that policies can", () => {
  const targetOf = (leadsTo?: string) =>
    /form-action 'self'([^;]*);/.exec(policy({ script: false, leadsTo }))?.[1];
  assert.equal(targetOf(), "");
  assert.equal(targetOf("https://claude.ai/api/callback?x=1"), " https://claude.ai");
  assert.equal(targetOf("http://127.0.0.1:33418/"), " http://127.0.0.1:33418");
  assert.equal(targetOf("http://[::1]:33418/"), " http:");
  assert.equal(targetOf("cursor://anysphere/callback"), " cursor:");
  assert.ok(!policy({ script: false }).includes("script-src"));
});

Deno.test("reachOf says each limit in the reader's language", () => {
  assert.deepEqual(reachOf(null, "en"), []);
  const limits = {
    ...NO_LIMITS,
    vmids: [{ from: 100, to: 199 }, { from: 250, to: 250 }],
    pools: [],
    toolsDeny: ["delete_vm"],
    needsApproval: true,
  };
  assert.deepEqual(reachOf(limits, "en"), [
    "guests of the pools none",
    "guests 100-199, 250",
    "not the tools delete_vm",
    "changes wait for somebody else's approval",
  ]);
  assert.equal(reachOf(limits, "tr")[1], "konuklar 100-199, 250");
});

Deno.test("passkeys are for names that browsers trust", () => {
  assert.deepEqual(passkeySite("https://mcp.example:8443"), {
    rpId: "mcp.example",
    origin: "https://mcp.example:8443",
  });
  assert.equal(passkeySite("http://localhost:8812")?.rpId, "localhost");
  for (const url of ["http://mcp.example", "https://192.0.2.1", "https://[2001:db8::1]"]) {
    assert.equal(passkeySite(url), undefined, url);
  }
});

Deno.test("every attempt at a password costs one hash, whoever is named", async () => {
  const user: UserRecord = {
    id: 7,
    username: "boss",
    isActive: true,
    isSuperuser: false,
    role: null,
  };
  const rows = new Map([
    ["boss", { user, password: "right" }],
    ["gone", { user: { ...user, username: "gone", isActive: false }, password: "right" }],
    ["none", { user: { ...user, username: "none" }, password: "!unusable" }],
  ]);
  const work: string[] = [];
  const parts = {
    accounts: { userWithPassword: (name: string) => Promise.resolve(rows.get(name)) },
    passwords: {
      check: (text: string, stored: string) => {
        work.push("check");
        return Promise.resolve(text === stored);
      },
      dummy: () => {
        work.push("dummy");
        return Promise.resolve(false as const);
      },
      change: () => Promise.reject(new Error("not asked for")),
    },
    wrong: new WrongPasswords(),
  };
  const cases: [string, string, string | undefined][] = [
    ["boss", "right", undefined],
    ["boss", "wrong", "user boss: wrong password"],
    ["gone", "right", "user gone: is not active"],
    ["gone", "wrong", "user gone: wrong password"],
    ["none", "right", "user none: wrong password"],
    ["nobody", "right", "unknown user"],
    ["", "right", "unknown user"],
    ["boss", "", "unknown user"],
    ["boss", "x".repeat(5_000), "unknown user"],
    ["boss\0", "right", "unknown user"],
    ["x".repeat(151), "right", "unknown user"],
  ];
  for (const [username, password, reason] of cases) {
    work.length = 0;
    const checked = await checkUser({ username, password }, parts);
    assert.equal(work.length, 1, `${username} ${work}`);
    assert.equal(checked.user === undefined ? checked.reason : undefined, reason);
  }

  work.length = 0;
  for (const [username, password, reason] of cases.filter(([, , reason]) => reason)) {
    const checked = await checkUser({ username, password }, parts);
    assert.deepEqual(
      checked,
      { user: undefined, known: undefined, reason: "what was wrong before" },
      reason,
    );
  }
  assert.deepEqual(work, [], "what was wrong before costs nothing");
  rows.set("gone", { user: { ...user, username: "gone" }, password: "right" });
  rows.set("boss", { user, password: "wrong" });
  for (const [username, password] of [["gone", "right"], ["boss", "wrong"]] as const) {
    const { user } = await checkUser({ username, password }, parts);
    assert.equal(user?.username, username, "what is right now");
  }
});

Deno.test("only so many passwords are looked at together", () => {
  const turns = new Turns(2);
  const first = turns.take();
  const second = turns.take();
  assert.equal(turns.take(), undefined);
  first?.[Symbol.dispose]();
  assert.ok(turns.take());
  second?.[Symbol.dispose]();
});
