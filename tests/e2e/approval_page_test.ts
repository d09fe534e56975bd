import assert from "node:assert/strict";
import type { BrowserContextOptions, Page } from "playwright-core";
import { Site } from "../site.ts";
import { asking, hold, tokenOf } from "../support/approval.ts";
import { openBrowser } from "../support/browser.ts";
import { connectClient } from "../support/official_client.ts";
import { csrfIn } from "../support/pages.ts";
import { guest } from "../tools/guests.ts";
import { changes } from "../tools/requests.ts";
import { freePort } from "../support/port.ts";

/** A site with the page, and a plan that waits on it. */
async function startHeld(
  call: readonly [tool: string, args: Record<string, unknown>] = ["stop_vm", { vmid: 100 }],
) {
  const port = freePort();
  const site = await Site.start({
    config: {
      server: {
        port,
        public_url: `http://127.0.0.1:${port}`,
        rate_limit: { requests_per_minute: 0, failed_logins_per_minute: 3 },
      },
    },
  });
  const token = await asking(site);
  const plan = await hold(site, token, call);
  const run = () => site.call(call[0], call[1], { token });
  return { site, token, plan, run, boss: await tokenOf(site.store, "boss") };
}

interface Sent {
  readonly fields: Record<string, string>;
  readonly cookie?: string;
  readonly origin?: string | null;
}

async function send(site: Site, url: string, { fields, cookie = "", origin }: Sent) {
  const response = await fetch(url, {
    method: "POST",
    redirect: "manual",
    headers: {
      ...(origin === null ? {} : { origin: origin ?? site.root }),
      cookie,
    },
    body: new URLSearchParams(fields),
  });
  return {
    status: response.status,
    headers: response.headers,
    text: await response.text(),
    cookie: response.headers.get("set-cookie")?.split(";")[0] ?? "",
  };
}

async function see(url: string, cookie: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url, { headers: { cookie } });
  return { status: response.status, text: await response.text() };
}

/** Signs in with a token on the page that a stranger to a plan is sent to. */
async function enter(site: Site, url: string, { token }: { token: string }) {
  const { pathname } = new URL(url);
  return await send(site, `${site.root}/sign-in`, {
    fields: { do: "token", token, next: pathname },
  });
}

Deno.test("without server.public_url there is no page", async () => {
  await using site = await Site.start();
  const response = await fetch(`${site.root}/approve/abc`, { headers: { accept: "text/html" } });
  await response.body?.cancel();
  assert.equal(response.status, 404);
  const plan = await hold(site, await asking(site), ["start_vm", { vmid: 101 }]);
  assert.deepEqual([plan.page, /http/.test(plan.next)], [undefined, false]);
});

Deno.test("a stranger sees the same page whatever the plan, and nothing of it", async () => {
  const { site, plan } = await startHeld();
  await using _ = site;
  assert.equal(plan.page, `${site.root}/approve/${plan.id}`);
  const known = await fetch(plan.page);
  const text = await known.text();
  assert.equal(known.status, 200);
  assert.equal(known.url, `${site.root}/sign-in?next=%2Fapprove%2F${plan.id}`);
  assert.equal(
    text.replaceAll(plan.id, "nosuchplan"),
    (await see(`${site.root}/approve/nosuchplan`, "")).text,
  );
  assert.doesNotMatch(text, /web1|ada/);
  const policy = known.headers.get("content-security-policy") ?? "";
  for (const part of ["default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"]) {
    assert.ok(policy.includes(part), policy);
  }
  assert.doesNotMatch(policy, /unsafe|script/);
  assert.equal(known.headers.get("cache-control"), "no-store");
});

Deno.test("a session is sealed, and decides only by the page's own form", async (t) => {
  const { site, plan, boss } = await startHeld();
  await using _ = site;
  const { page: url } = plan;
  const entered = await enter(site, url, { token: boss });
  assert.deepEqual([entered.status, entered.headers.get("location")], [303, `/approve/${plan.id}`]);
  const flags = entered.headers.get("set-cookie") ?? "";
  for (const flag of ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=900"]) {
    assert.ok(flags.includes(flag), flags);
  }
  assert.ok(!flags.includes(boss), "the token itself is not in the cookie");
  const { cookie } = entered;
  const csrf = csrfIn((await see(url, cookie)).text);
  assert.notEqual(csrf, "");
  const attempts: [string, Sent, number][] = [
    [
      "another site",
      { fields: { do: "approve", csrf }, cookie, origin: "https://evil.example" },
      403,
    ],
    ["a hidden origin", { fields: { do: "approve", csrf }, cookie, origin: "null" }, 403],
    ["no origin", { fields: { do: "approve", csrf }, cookie, origin: null }, 400],
    ["no csrf token", { fields: { do: "approve" }, cookie }, 403],
    ["a wrong csrf token", { fields: { do: "approve", csrf: "x" }, cookie }, 403],
    ["no choice", { fields: { csrf }, cookie }, 400],
    ["no session", { fields: { do: "approve", csrf } }, 303],
    ["a forged session", { fields: { do: "approve", csrf }, cookie: `${cookie}A` }, 303],
  ];
  for (const [name, sent, status] of attempts) {
    await t.step(name, async () => {
      const { status: got, text } = await send(site, url, sent);
      assert.equal(got, status, text);
      assert.equal((await site.call("get_plans")).value.plans[0]?.state, "waiting");
    });
  }
  await t.step("a token that has ended", async () => {
    const [, , , , bossToken] = await site.store.listTokens();
    assert.equal(bossToken?.user.username, "boss");
    await site.store.revokeToken(bossToken.id);
    const { headers } = await send(site, url, { fields: { do: "approve", csrf }, cookie });
    assert.equal(headers.get("location"), `/sign-in?next=%2Fapprove%2F${plan.id}`);
    assert.equal((await site.call("get_plans")).value.plans[0]?.state, "waiting");
  });
});

Deno.test("wrong tokens on the page count as everywhere, and tell nothing", async () => {
  const { site, plan, boss } = await startHeld();
  await using _ = site;
  const attempt = (token: string) => enter(site, plan.page, { token });
  const statuses = [];
  for (const token of ["a", "b", "c", "d"]) {
    const { status, text } = await attempt(token);
    statuses.push(status);
    if (status === 401) assert.match(text, /Authentication required\. Provide a valid token\./);
  }
  assert.deepEqual(statuses, [401, 401, 401, 429]);
  assert.equal(
    await fetch(site.url, { method: "POST", headers: site.headers("e"), body: "{}" }).then(
      async (r) => {
        await r.body?.cancel();
        return r.status;
      },
    ),
    429,
    "the same limit",
  );
  assert.equal((await attempt(boss)).status, 303, "a good token still passes");
});

Deno.test("what can be no plan's id is no page, and no browser is sent there", async () => {
  const { site, boss } = await startHeld();
  await using _ = site;
  const { cookie } = await send(site, `${site.root}/sign-in`, {
    fields: { do: "token", token: boss },
  });
  for (const id of ["a%0d%0aSet-Cookie:x=1", "%2F%2Fexample.org", "x".repeat(41), "a%00"]) {
    const { status, headers } = await send(site, `${site.root}/approve/${id}`, {
      fields: { do: "approve" },
      cookie,
    });
    assert.deepEqual([status, headers.get("location"), headers.get("set-cookie")], [
      404,
      null,
      null,
    ]);
  }
  assert.doesNotMatch(site.lines.join("\n"), /Request failed/);
});

Deno.test("what of a long plan is cut says so on the page", async () => {
  const { site, boss, token, plan: { page } } = await startHeld();
  await using _ = site;
  for (let vmid = 1000; vmid < 2500; vmid++) {
    site.fake.state.guests.set(vmid, { ...structuredClone(guest(site, 100)), vmid });
  }
  const all = { method: "POST", path: "/nodes/pve1/stopall" };
  const { id } = await hold(site, token, ["change_api", all]);
  const url = new URL(id, page).href;
  const { cookie } = await enter(site, url, { token: boss });
  const { text } = await see(url, cookie);
  assert.match(text, /<li>… \d+ more<\/li>/);
  assert.doesNotMatch(text, /undefined/);
});

Deno.test("a form that is none, or too large, is refused", async () => {
  const { site, plan } = await startHeld();
  await using _ = site;
  for (
    const [type, body] of [
      ["application/json", '{"do":"approve"}'],
      ["application/x-www-form-urlencoded", `do=approve&csrf=${"x".repeat(10_000)}`],
    ] as const
  ) {
    const response = await fetch(plan.page, {
      method: "POST",
      headers: { "content-type": type, origin: site.root },
      body,
    });
    await response.body?.cancel();
    assert.equal(response.status, 400, type);
  }
});

Deno.test("the asker signs in too, but cannot decide", async () => {
  const { site, plan, token } = await startHeld();
  await using _ = site;
  const { cookie } = await enter(site, plan.page, { token });
  const { status, text } = await see(plan.page, cookie);
  assert.equal(status, 404);
  assert.match(text, /ada asked for it: somebody else must decide/);
  const csrf = csrfIn(text);
  const tried = await send(site, plan.page, { fields: { do: "approve", csrf }, cookie });
  assert.equal(tried.status, 409);
  assert.deepEqual(
    (await site.trail.list({ tool: "approve_plan" })).map((
      { user, outcome, door },
    ) => [user, outcome, door]),
    [["ada", "error", "page"]],
  );
});

Deno.test("a person signs in, reads and decides in a browser", async (t) => {
  await using browser = await openBrowser();
  const visits: [name: string, options: BrowserContextOptions][] = [
    ["on a desk", {}],
    ["on a phone", { viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true }],
    ["without scripts", { javaScriptEnabled: false }],
    ["in the dark", { colorScheme: "dark" }],
  ];
  for (const [name, options] of visits) {
    await t.step(`${name}: approve`, async () => {
      const { site, plan, boss, run } = await startHeld();
      await using _ = site;
      await using context = await browser.newContext(options);
      const page = await context.newPage();
      const problems: string[] = [];
      page.on("console", (message) => problems.push(message.text()));
      await page.goto(plan.page);
      await page.getByLabel("Your token").fill("pmcp_wrong");
      await page.keyboard.press("Enter");
      await page.getByRole("alert").getByText("Authentication required").waitFor();
      await page.getByLabel("Your token").fill(boss);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "ada wants to stop VM 100" }).waitFor();
      assert.equal(page.url(), plan.page, "no token in the address");
      await page.getByText("POST /nodes/pve1/qemu/100/status/stop").waitFor();
      await page.getByText("100 (web1): pve1, running").waitFor();
      await assertFits(page);
      await page.getByRole("button", { name: "Approve" }).click();
      await page.getByRole("heading", { name: "Approved" }).waitFor();
      assert.deepEqual(changes(site), []);
      assert.equal((await run()).value?.guest_status, "stopped");
      assert.deepEqual(problems.filter((text) => !/401|favicon/.test(text)), []);
      const rows = await site.trail.list({ tool: "approve_plan" });
      assert.deepEqual(
        rows.map((row) => [row.user, row.outcome, row.confirmation, row.door, row.vmid]),
        [["boss", "ok", "accepted", "page", 100]],
      );
    });
  }

  await t.step("by keyboard alone, in Turkish: deny", async () => {
    const { site, plan, boss, run } = await startHeld();
    await using _ = site;
    await using context = await browser.newContext({ locale: "tr-TR" });
    const page = await context.newPage();
    await page.goto(plan.page);
    await page.locator("input:focus").waitFor();
    await page.keyboard.type(boss);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Reddet" }).waitFor();
    assert.equal(await page.getAttribute("html", "lang"), "tr");
    const focused = () => page.evaluate("document.activeElement.textContent");
    const passed: unknown[] = [];
    while (passed.at(-1) !== "Reddet" && passed.length < 10) {
      await page.keyboard.press("Tab");
      passed.push(await focused());
    }
    assert.deepEqual(passed, ["boss", "Oturumu kapat", "Onayla", "Reddet"]);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Reddedildi" }).waitFor();
    assert.match((await run()).text, /boss denied it/);
    await page.getByRole("button", { name: "Oturumu kapat" }).click();
    await page.getByLabel("Token'ınız").waitFor();
  });

  await t.step("an approval is taken back on the same page", async () => {
    const { site, plan, boss, run } = await startHeld();
    await using _ = site;
    await using context = await browser.newContext({ locale: "tr-TR" });
    const page = await context.newPage();
    await page.goto(plan.page);
    await page.keyboard.type(boss);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Onayla" }).click();
    await page.getByRole("link", { name: "Onayı geri al" }).click();
    await page.getByText("Onaylandı; tek bir çağrı için").waitFor();
    assert.equal(await page.getByRole("button", { name: "Onayla" }).count(), 0);
    await page.getByRole("button", { name: "Onayı geri al" }).click();
    await page.getByRole("heading", { name: "Reddedildi" }).waitFor();
    assert.match((await run()).text, /boss denied it/);
    assert.deepEqual(changes(site), []);
  });

  await t.step("what guests and callers write is shown, never run", async () => {
    const notes = '<script>document.title="owned"</script><b id="b">x</b>';
    const { site, plan, boss } = await startHeld(["set_guest_notes", { vmid: 100, notes }]);
    await using _ = site;
    await using context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(plan.page);
    await page.getByLabel("Your token").fill(boss);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Approve" }).waitFor();
    assert.equal(await page.title(), "Approve a change");
    assert.equal(await page.locator("#b").count(), 0);
    assert.ok((await page.textContent("main"))?.includes(notes));
  });
});

/** Nothing stands beyond the edge of the screen, and buttons are large enough for a finger. */
async function assertFits(page: Page): Promise<void> {
  const { width } = page.viewportSize() ?? { width: 0 };
  for (const button of await page.locator(".choice button").all()) {
    const box = await button.boundingBox();
    assert.ok(box && box.x >= 0 && box.x + box.width <= width && box.height >= 44);
  }
  const main = await page.locator("main").boundingBox();
  assert.ok(main && main.x >= 0 && main.x + main.width <= width, JSON.stringify(main));
}

Deno.test("a client that can open addresses is given the plan's page", async (t) => {
  for (const mode of ["auto", "legacy"] as const) {
    for (const decides of [true, false]) {
      await t.step(`${mode}: ${decides ? "approved there" : "not decided"}`, async () => {
        const { site, plan, token, boss } = await startHeld();
        await using _ = site;
        const asked: unknown[] = [];
        const client = await connectClient(site, {
          mode,
          token,
          capabilities: { elicitation: { url: {} } },
          answer: async (question, params) => {
            asked.push("url" in params ? [params.mode, params.url] : params);
            assert.match(question, /Somebody else must approve this first: stop VM 100/);
            if (decides) await site.call("approve_plan", { id: plan.id }, { token: boss });
            return { action: decides ? "accept" : "cancel" };
          },
        });
        const result = await client.callTool({ name: "stop_vm", arguments: { vmid: 100 } });
        await client.close();
        assert.deepEqual(asked, [["url", plan.page]]);
        const value = result.structuredContent as Record<string, Record<string, unknown>>;
        if (decides) assert.equal(value.guest_status, "stopped", JSON.stringify(result));
        else assert.equal(value.approval?.id, plan.id, JSON.stringify(result));
        assert.equal(changes(site).length, decides ? 1 : 0);
      });
    }
  }
});

Deno.test("the official client takes a plan as an answer of any tool, its schemas known", async () => {
  const { site, token } = await startHeld();
  await using _ = site;
  const client = await connectClient(site, { token });
  const { tools } = await client.listTools();
  const marked = tools.filter(({ _meta }) => _meta?.["anthropic/requiresUserInteraction"] === true);
  assert.deepEqual(
    marked.map(({ name }) => name),
    tools.filter(({ annotations }) => annotations?.destructiveHint).map(({ name }) => name),
  );
  const { structuredContent } = await client.callTool({
    name: "delete_vm",
    arguments: { vmid: 101 },
  });
  await client.close();
  const { approval } = structuredContent as { approval: Record<string, unknown> };
  assert.equal(approval.state, "waiting");
});
