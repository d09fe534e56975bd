import assert from "node:assert/strict";
import { checkPassword } from "../../lib/auth/password.ts";
import { type SignInKind, SignIns } from "../../lib/auth/sign_ins.ts";
import { generateToken, hashToken } from "../../lib/auth/token.ts";
import { Site } from "../site.ts";
import { cli, type CliOptions, type CliResult } from "../support/cli.ts";

/** A running server, and the command line beside it, as another process has it. */
export interface Beside extends AsyncDisposable {
  readonly site: Site;
  readonly databaseUrl: string;
}

const PASSWORD = "correct horse battery";
const DAY_MS = 86_400_000;

export function runAccountCommands(name: string, start: () => Promise<Beside>): void {
  const test = (what: string, work: (bench: Bench) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      await using beside = await start();
      await work(new Bench(beside));
    });

  test("user disable ends what the user's tokens opened, and enable lets them in", async (bench) => {
    const { site } = bench;
    const { token, stream } = await bench.newcomer("ayse", "Operator");
    assert.match((await bench.ok("user", "disable", "ayse")).out, /^disabled user ayse: none of/);
    assert.equal((await stream.read()).done, true, "the stream ends");
    assert.equal(await bench.statusOf(token), 401);
    assert.equal(await bench.statusOf(site.tokens.admin), 200);
    assert.match((await bench.ok("user", "list")).out, /ayse +Operator +write +no$/m);
    await bench.ok("user", "enable", "ayse");
    assert.equal(await bench.statusOf(token), 200);
  });

  test("user set-role counts from the next request on", async (bench) => {
    const { site } = bench;
    const { token, stream } = await bench.newcomer("ayse", "Operator");
    const started = () => site.call("start_vm", { vmid: 101 }, { token });
    assert.equal((await started()).isError, false);
    const told = (await bench.ok("user", "set-role", "ayse", "viewer")).out;
    assert.equal(told, "user ayse has role Viewer: scope user");
    assert.equal((await stream.read()).done, true, "the stream ends");
    assert.equal((await started()).code, "forbidden");
    await bench.ok("role", "update", "Viewer", "--scope", "write");
    assert.equal((await started()).isError, false);
    assert.match(
      (await bench.ok("user", "set-role", "ayse", "--none")).out,
      /no role: scope user$/,
    );
    assert.equal((await started()).code, "forbidden");
  });

  test("token rotate ends the old token at once and keeps all else", async (bench) => {
    const { site } = bench;
    const { token, stream, id } = await bench.newcomer("ayse", "Operator", "--pool", "dev");
    const [before] = await site.store.findTokensById([id]);
    const { out, err } = await bench.ok("token", "rotate", String(id));
    assert.match(out, /^pmcp_[\w-]{43}$/);
    assert.match(
      err,
      /^rotated token \d+ "desk" of ayse: write, never expires, .*limits: pool dev\n/,
    );
    assert.equal((await stream.read()).done, true, "the stream ends");
    assert.equal(await bench.statusOf(token), 401);
    assert.equal(await bench.statusOf(out), 200);
    const after = await site.store.findToken(hashToken(out));
    const { hashPrefix, lastUsed } = before!;
    assert.deepEqual({ ...after, hashPrefix, lastUsed }, before);
  });

  test("a token whose secret cannot be printed is told as one that nobody has", async (bench) => {
    const { id } = await bench.newcomer("ayse", "Operator");
    const onLine = () => {
      throw new Error("No space left on device (os error 28)");
    };
    const create = ["token", "create", "--user", "ayse", "--name", "x", "--permission", "read"];
    for (const args of [create, ["token", "rotate", String(id)]]) {
      const { status, err } = await bench.run(args, { onLine });
      assert.equal(status, 1);
      assert.match(
        err,
        /^proxmox-mcp: Cannot print token (\d+): No space left .* nobody has it: `.*token revoke \1` ends it/m,
      );
      assert.doesNotMatch(err, /not foreseen/);
    }
  });

  test("token update changes what is named and clears what is to go", async (bench) => {
    const { site } = bench;
    const { token, stream, id } = await bench.newcomer("ayse", "Operator", "--tag", "x");
    const update = (...args: string[]) => bench.ok("token", "update", String(id), ...args);
    const now = new Date("2030-01-01T00:00:00Z");
    const told = await bench.run(
      ["token", "update", String(id), "--permission", "read", "--name", "lap", "--pool", "dev,qa"],
      { now },
    );
    assert.match(told.out, /^updated token \d+ "lap" of ayse: read, .*limits: pool dev,qa; tag x$/);
    assert.equal((await stream.read()).done, true, "the stream ends");
    assert.equal((await site.call("start_vm", { vmid: 101 }, { token })).code, "forbidden");
    await bench.run(["token", "update", String(id), "--expires-days", "1"], { now });
    const row = async () => (await site.store.findTokensById([id]))[0];
    assert.deepEqual((await row())?.expires, new Date(now.getTime() + DAY_MS));
    await update("--allowed-ips", "192.0.2.0/24", "--clear", "tag,expiry");
    assert.equal(await bench.statusOf(token), 401);
    const { allowedIps, expires, limits } = (await row())!;
    assert.deepEqual([allowedIps, expires, limits?.tags, limits?.pools], [
      ...["192.0.2.0/24", null, null],
      ["dev", "qa"],
    ]);
    await update("--clear", "limits", "--clear", "allowed-ips", "--vmid", "100-199");
    assert.equal(await bench.statusOf(token), 200);
    assert.deepEqual([(await row())?.limits?.pools, (await row())?.limits?.vmids], [null, [
      { from: 100, to: 199 },
    ]]);
  });

  test("token list tells what expires, and create copies limits", async (bench) => {
    await bench.newcomer("ayse", "Operator", "--expires-days", "10", "--pool", "dev");
    await bench.newcomer("bob", "Operator", "--expires-days", "3");
    await bench.newcomer("eve", "Operator", "--expires-days", "60");
    const list = async (time: string) => {
      const { out } = await bench.ok("token", "list", "--json", "--expiring", time);
      return JSON.parse(out).map(({ user }: { user: string }) => user);
    };
    assert.deepEqual(await list("14d"), ["bob", "ayse"]);
    assert.deepEqual(await list("1h"), []);
    const id = String(bench.ids.get("ayse"));
    const create = ["token", "create", "--user", "eve", "--name", "n", "--permission", "read"];
    await bench.ok(...create, "--copy-limits-of", id, "--node", "pve1");
    const copy = (await bench.site.store.listTokens()).at(-1);
    assert.deepEqual([copy?.limits?.pools, copy?.limits?.nodes, copy?.expires], [
      ["dev"],
      ["pve1"],
      null,
    ]);
    assert.match(
      await bench.refused(2, ...create, "--copy-limits-of", "4711"),
      /no token 4711; see/,
    );
  });

  test("check warns of tokens that expire soon and were never used", async (bench) => {
    await bench.newcomer("ayse", "Operator", "--expires-days", "40");
    const check = async (days: number) => {
      const now = new Date(Date.now() + days * DAY_MS);
      const { findings } = JSON.parse((await bench.run(["check", "--json"], { now })).out);
      return findings.filter((finding: { name: string }) => finding.name === "tokens")
        .map(({ state, message }: Record<string, string>) => `${state} ${message}`);
    };
    const id = bench.ids.get("ayse");
    const [today, ...rest] = await check(0);
    assert.match(today, /^ok 4 of 4 are active$/);
    assert.match(rest.join("\n"), /^ok active tokens that have no expiry: 3 \([^\n]*$/);
    const later = (await check(35)).join("\n");
    assert.match(later, new RegExp(`^warn .* expire within 14 days: 1 \\(#${id} of ayse\\)$`, "m"));
    assert.match(later, /^warn .* never used: 3 \(/m);
  });

  test("user delete refuses tokens unless told, and the trail stays readable", async (bench) => {
    const { site } = bench;
    const { token, stream, id } = await bench.newcomer("ayse", "Operator");
    await site.call("get_nodes", {}, { token });
    assert.match(
      await bench.refused(1, "user", "delete", "ayse"),
      new RegExp(
        `Cannot delete user ayse: token ${id} is theirs; \`--with-tokens\` deletes them too`,
      ),
    );
    assert.equal(await bench.statusOf(token), 200);
    const { out } = await bench.ok("user", "delete", "ayse", "--with-tokens");
    assert.equal(out, `deleted user ayse and tokens ${id}`);
    assert.equal((await stream.read()).done, true, "the stream ends");
    assert.equal(await bench.statusOf(token), 401);
    const [row] = await site.trail.list({ user: "ayse" });
    assert.deepEqual([row?.tool, row?.tokenId, row?.tokenName], ["get_nodes", id, "desk"]);
    assert.equal((await site.trail.verify()).ok, true);
  });

  test("the last administrator stays unless forced", async (bench) => {
    for (const args of [["disable", "ada"], ["delete", "ada", "--with-tokens"]]) {
      assert.match(
        await bench.refused(1, "user", ...args),
        /^proxmox-mcp: Cannot \w+ user ada: no active administrator would be left, .* --force$/,
      );
    }
    await bench.ok("user", "create", "boss", "--role", "Administrator");
    await bench.ok("user", "disable", "ada");
    assert.match(
      await bench.refused(1, "role", "update", "Administrator", "--scope", "write"),
      /no active administrator would be left/,
    );
    await bench.refused(1, "user", "set-role", "boss", "Viewer");
    await bench.ok("user", "set-role", "boss", "Viewer", "--force");
  });

  test("roles are made, changed and removed", async (bench) => {
    const create = ["role", "create", "Watch", "--scope", "write", "--description", "at night"];
    assert.equal((await bench.ok(...create)).out, "created role Watch: scope write");
    await bench.ok("user", "create", "ayse", "--role", "Watch");
    assert.match(
      await bench.refused(1, "role", "delete", "watch"),
      /Cannot delete role Watch: it is the role of ayse; give them another/,
    );
    const changed = await bench.ok("role", "update", "Watch", "--name", "Guard", "--scope", "user");
    assert.equal(changed.out, "updated role Guard: scope user");
    assert.match((await bench.ok("role", "list")).out, /Guard +user +at night$/m);
    await bench.ok("user", "set-role", "ayse", "--none");
    assert.equal((await bench.ok("role", "delete", "Guard")).out, "deleted role Guard");
  });

  test("user passwd reads a line, a file or a person, and keeps what Django keeps", async (bench) => {
    const { site } = bench;
    await bench.ok("user", "create", "ayse");
    const stored = async () => (await site.store.userWithPassword("ayse"))?.password ?? "";
    const passwd = ["user", "passwd", "ayse"];
    const file = `${site.folder}/password`;
    await Deno.writeTextFile(file, `${PASSWORD}3\r\n`);
    const ways: [string, string[], CliOptions][] = [
      [`${PASSWORD}1`, passwd, { input: `${PASSWORD}1\n` }],
      [`${PASSWORD}2`, passwd, { answers: [`${PASSWORD}2`, `${PASSWORD}2`] }],
      [`${PASSWORD}3`, [...passwd, "--password-file", file], {}],
    ];
    for (const [password, args, options] of ways) {
      const { status, out, err } = await bench.run(args, options);
      assert.deepEqual([status, err], [0, ""]);
      assert.ok(out.endsWith("user ayse has a new password") && !out.includes(password));
      assert.match(await stored(), /^pbkdf2_sha256\$1000000\$/);
      assert.equal(await checkPassword(password, await stored()), true);
    }
    const kept = await stored();
    const bad: [CliOptions, RegExp][] = [
      [{ input: "" }, /none was given$/],
      [{ input: "short\n" }, /at least 10 characters, since short ones are soon guessed$/],
      [{ input: "aaaaaaaaaaaa" }, /at least 4 different characters/],
      [{ input: "it-is-ayse-2030" }, /it holds the user's name/],
      [{ input: `${PASSWORD}\nmore\n` }, /has several lines$/],
      [{ input: "x".repeat(9_000) }, /too long for one$/],
      [{ input: "y2\tabcdefgh" }, /control characters/],
      [{ answers: [PASSWORD, `${PASSWORD} `] }, /the two are not the same$/],
      [{ answers: [] }, /none was given$/],
    ];
    for (const [options, message] of bad) {
      const { status, err } = await bench.run(passwd, options);
      assert.equal(status, 2, err);
      assert.match(err, message);
    }
    const missing = [...passwd, "--password-file", `${site.folder}/none`];
    assert.match(await bench.refused(1, ...missing), /none: no such file or folder$/);
    assert.match(await bench.refused(2, ...missing, "--unset"), /exclude each other$/);
    assert.match(await bench.refused(2, ...passwd, PASSWORD), /too many arguments/);
    assert.equal(await stored(), kept);
    assert.equal((await bench.ok(...passwd, "--unset")).out, "user ayse has no password now");
    assert.match(await stored(), /^!.{40}$/);
    const trail = JSON.stringify(await site.trail.list({ tool: "user passwd" }));
    assert.ok(!trail.includes(PASSWORD) && !trail.includes("pbkdf2"));
  });

  test("user passwd signs browsers out, and leaves what else the user has", async (bench) => {
    const { site } = bench;
    const laptop = await bench.newcomer("ayse", "Operator");
    await bench.newcomer("veli", "Operator");
    const signIns = new SignIns(site.database, site.store);
    const open = async (username: string, kind: SignInKind) => {
      const token = { permission: "write", expires: null, allowedIps: "" } as const;
      const { id } = await signIns.open(
        {
          ...token,
          ...{ username, name: kind, tokenHash: hashToken(generateToken()), createdAt: new Date() },
        },
        { kind, issuer: site.root, clientId: "", clientName: "", grant: null },
      );
      return id;
    };
    const browser = await open("ayse", "browser");
    const kept = [laptop.id, await open("ayse", "client"), await open("veli", "browser")];
    const passwd = ["user", "passwd", "ayse"];
    const { out } = await bench.ok(...passwd, "--unset");
    assert.equal(out, `user ayse has no password now; ended browser sessions ${browser}`);
    const isGood = async (ids: number[]) =>
      (await site.store.findTokensById(ids)).map(({ isActive }) => isActive);
    assert.deepEqual(await isGood([browser]), [false]);
    assert.deepEqual(await isGood(kept), [true, true, true]);
    assert.equal((await bench.ok(...passwd, "--unset")).out, "user ayse has no password now");
  });

  test("each change leaves its intent and how it ended, without secrets", async (bench) => {
    const { site } = bench;
    const id = String((await bench.newcomer("ayse", "Operator")).id);
    await bench.ok("user", "set-role", "ayse", "Viewer", "--by", "grace");
    const raw = (await bench.ok("token", "rotate", id)).out;
    await bench.ok("token", "update", id, "--name", "x");
    await bench.ok("token", "revoke", id);
    await bench.refused(1, "user", "delete", "ayse");
    const rows = (await site.trail.list({ changes: true })).toReversed();
    assert.deepEqual(rows.map(({ tool, outcome, door }) => [tool, outcome, door]), [
      ["user create", "ok", "command"],
      ["token create", "ok", "command"],
      ["user set-role", "ok", "command"],
      ["token rotate", "ok", "command"],
      ["token update", "ok", "command"],
      ["token revoke", "ok", "command"],
      ["user delete", "error", "command"],
    ]);
    assert.deepEqual([rows[2]?.user, rows[2]?.arguments], [
      "grace",
      '{"name":"ayse","role":"Viewer","force":false}',
    ]);
    assert.match(rows[6]?.error ?? "", /^Cannot delete user ayse: token/);
    const text = JSON.stringify(rows);
    for (const secret of [raw, hashToken(raw)]) assert.ok(!text.includes(secret));
    assert.equal((await site.trail.verify()).ok, true);
  });

  test("what cannot be is refused with one line, and nothing is changed", async (bench) => {
    await bench.ok("user", "create", "ayse", "--role", "Operator");
    const state = async () =>
      JSON.stringify([await bench.site.store.listUsers(), await bench.site.store.listRoles()]);
    const before = await state();
    const cases: [string[], number, RegExp][] = [
      [["user", "disable", "ays"], 2, /there is no user ays: did you mean ayse\?$/],
      [["user", "enable", "nobody"], 2, /Cannot enable user: there is no user nobody: create it/],
      [["user", "delete", "nobody"], 2, /there is no user nobody/],
      [["user", "passwd", "nobody"], 2, /there is no user nobody/],
      [["user", "set-role", "ayse"], 2, /name a role, or --none$/],
      [["user", "set-role", "ayse", "Viewer", "--none"], 2, /name a role, or --none$/],
      [["user", "set-role", "ayse", "Viewr"], 2, /there is no role Viewr: did you mean Viewer\?$/],
      [["role", "create", "X", "--scope", "rite"], 2, /one of user, write, admin: did you mean/],
      [["role", "create", "X"], 2, /required option '--scope <SCOPE>' not specified$/],
      [
        ["role", "create", "Viewer", "--scope", "user"],
        1,
        /create role Viewer: the name is taken$/,
      ],
      [["role", "create", "a\nb", "--scope", "user"], 2, /must have 1 to 50 characters$/],
      [["role", "update", "Viewer"], 2, /name what is to change/],
      [["role", "update", "Viewer", "--name", "Operator"], 1, /the name is taken$/],
      [["role", "delete", "Viewr"], 2, /did you mean Viewer\?$/],
      [["token", "rotate", "4711"], 2, /Cannot rotate token: there is no token 4711; see `/],
      [["token", "update", "4711", "--name", "x"], 2, /there is no token 4711/],
      [["token", "update", "1"], 2, /name what is to change/],
      [["token", "update", "1", "--clear", "pools"], 2, /did you mean pool\?$/],
      [["token", "update", "1", "--clear", "pool", "--pool", "a"], 2, /pool cannot be both given/],
      [["token", "update", "1", "--clear", "expiry", "--expires-days", "1"], 2, /expiry cannot be/],
      [["token", "update", "1", "--tool", "get_vm"], 2, /did you mean get_vms\?$/],
      [["token", "list", "--expiring", "soon"], 2, /It must be a time such as 12h or 14d$/],
    ];
    for (const [args, status, message] of cases) {
      assert.match(await bench.refused(status, ...args), message);
    }
    assert.equal(await state(), before);
  });
}

/** Commands on the site's database, and what the server says meanwhile. */
class Bench {
  readonly site: Site;
  readonly ids = new Map<string, number>();
  readonly #env: Readonly<Record<string, string>>;

  constructor({ site, databaseUrl }: Beside) {
    this.site = site;
    this.#env = { DATABASE_URL: databaseUrl };
  }

  run(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
    const config = `${this.site.folder}/config.json`;
    return cli([...args, "--config", config], { env: this.#env, ...options });
  }

  async ok(...args: string[]): Promise<CliResult> {
    const result = await this.run(args);
    assert.equal(result.status, 0, `${args.join(" ")}: ${result.err}`);
    return result;
  }

  async refused(status: number, ...args: string[]): Promise<string> {
    const result = await this.run(args);
    assert.equal(result.status, status, `${args.join(" ")}: ${result.err}`);
    assert.match(result.err, /^proxmox-mcp: [^\n]+$/, "one line on stderr");
    return result.err;
  }

  async statusOf(token: string): Promise<number> {
    return (await this.site.post({ method: "tools/list" }, this.site.headers(token))).status;
  }

  /** A user with a token to write, which has a stream open. */
  async newcomer(name: string, role: string, ...options: string[]) {
    await this.ok("user", "create", name, "--role", role);
    const create = ["token", "create", "--user", name, "--name", "desk", "--permission", "write"];
    const token = (await this.ok(...create, ...options)).out;
    const id = (await this.site.store.findToken(hashToken(token)))?.id ?? 0;
    this.ids.set(name, id);
    const response = await fetch(`${this.site.server.url}/sse`, {
      headers: this.site.headers(token),
    });
    const stream = response.body!.getReader();
    await stream.read();
    return { token, id, stream };
  }
}
