import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { AppHost, type AppOptions, inBrowser } from "../support/app_host.ts";
import { openBrowser } from "../support/browser.ts";
import { createLimitedToken } from "../tokens.ts";

const HOSTILE = `<img src=x onerror="document.title='owned';parent.postMessage('owned','*')">`;

Deno.test("the pages in a host, in Chromium", async (t) => {
  const browser = await openBrowser();
  await using _ = { [Symbol.asyncDispose]: () => browser.close() };
  await using site = await Site.start();
  const open = (options: AppOptions) => AppHost.open(site, browser, options);

  await t.step("the cluster: what needs attention, nodes with their use, guests", async () => {
    await using host = await open({ tool: "get_cluster_status" });
    const { frame } = host;
    await frame.getByRole("heading", { name: "demo" }).waitFor();
    await frame.getByText("quorum", { exact: true }).waitFor();
    const nodes = frame.locator("#nodes li");
    await nodes.filter({ hasText: "GiB of 64 GiB" }).first().waitFor();
    assert.equal(await nodes.count(), 3);
    const memory = nodes.first().getByRole("meter", { name: "Memory" });
    assert.match(await memory.getAttribute("aria-valuetext") ?? "", /^18(\.\d)? GiB of 64 GiB$/);
    await frame.getByRole("row", { name: /100 web1 .*prod, web .*running/ }).waitFor();
    await frame.locator("#attention").getByText("no good backup of them").waitFor();
    await frame.getByLabel("Filter guests").fill("DB1");
    await frame.getByRole("row", { name: /web1/ }).waitFor({ state: "detached" });
    assert.equal(await frame.locator("tbody tr").count(), 1);
    assert.deepEqual(host.calls.toSorted(), ["find_guests", "get_attention", "get_nodes"]);

    site.fake.state.guests.get(101)!.config.name = "renamed";
    await frame.getByLabel("Filter guests").fill("");
    await frame.getByRole("button", { name: "Refresh" }).click();
    await frame.getByRole("row", { name: /renamed/ }).waitFor();
    assert.ok(host.calls.includes("get_cluster_status"));
    assert.deepEqual(host.requests, []);
    const sizes = (await host.heard()).filter(({ method }) => method?.endsWith("size-changed"));
    const box = await frame.locator("body").boundingBox();
    assert.equal(sizes.at(-1)?.params?.height, Math.ceil(box?.height ?? 0));
  });

  await t.step("in Turkish, dark, and on a narrow frame", async () => {
    const context = { locale: "tr-TR", theme: "dark" };
    for (const tool of ["get_nodes", "get_metrics"]) {
      const args = tool === "get_metrics" ? { vmid: 100 } : {};
      await using host = await open({ tool, args, width: 320, context });
      const { frame } = host;
      const name = tool === "get_metrics" ? "Konuk 100" : "demo";
      await frame.getByRole("heading", { name }).waitFor();
      const last = tool === "get_metrics" ? /kullanılan bellek/ : /çalışıyor/;
      await frame.getByText(last).first().waitFor();
      const seen = await frame.locator("html").evaluate(
        inBrowser("[each.lang, getComputedStyle(each).colorScheme, each.scrollWidth]"),
      );
      assert.deepEqual(seen, ["tr", "dark", 320]);
      const background = await colourOf(host, "html", "backgroundColor");
      assert.equal(background, "rgb(25, 30, 40)");
    }
  });

  await t.step("the host's colours and language, also when they change", async () => {
    const variables = { "--color-background-primary": "light-dark(rgb(1, 2, 3), rgb(4, 5, 6))" };
    await using host = await open({ tool: "get_nodes", context: { styles: { variables } } });
    await host.frame.getByText("quorum", { exact: true }).waitFor();
    assert.equal(await colourOf(host, "html", "backgroundColor"), "rgb(1, 2, 3)");
    await host.notify("host-context-changed", { theme: "dark", locale: "tr" });
    await host.frame.getByRole("button", { name: "Yenile" }).waitFor();
    assert.equal(await colourOf(host, "html", "backgroundColor"), "rgb(4, 5, 6)");
  });

  await t.step("names are shown and never run", async () => {
    const { state } = site.fake;
    const kept = state.guests.get(101)!.config.name;
    state.guests.get(101)!.config.name = HOSTILE;
    await using host = await open({
      tool: "get_attention",
      alter: (result) => {
        const value = result.structuredContent as { findings: Record<string, unknown>[] };
        const findings = value.findings.map((row) => ({ ...row, what: HOSTILE, where: HOSTILE }));
        return { ...result, structuredContent: { ...value, findings, warnings: [HOSTILE] } };
      },
    });
    await host.frame.getByRole("row", { name: /101 <img src=x/ }).waitFor();
    await host.frame.locator(".what").first().getByText("<img src=x").waitFor();
    await using drawn = await open({
      tool: "get_metrics",
      args: { vmid: 100 },
      alter: (result) => {
        const value = result.structuredContent as { columns: string[] };
        const columns = [...value.columns.slice(0, -1), HOSTILE];
        return { ...result, structuredContent: { ...value, columns } };
      },
    });
    await drawn.notify("tool-input", { arguments: { vmid: HOSTILE, timeframe: HOSTILE } });
    await drawn.frame.getByRole("heading", { name: "<img src=x" }).waitFor();
    await drawn.frame.locator(".legend").getByText("<img src=x").waitFor();
    for (const each of [host, drawn]) {
      assert.equal(await each.frame.locator("img").count(), 0);
      assert.doesNotMatch(await each.frame.locator("title").textContent() ?? "", /owned/);
      assert.ok(!(await each.heard() as unknown[]).includes("owned"));
      assert.deepEqual(each.requests, []);
    }
    state.guests.get(101)!.config.name = kept ?? "db1";
  });

  await t.step("where the host lets pages call nothing, what it gave is shown", async () => {
    await using host = await open({ tool: "get_nodes", canCall: false });
    await host.frame.locator("#nodes").getByText("pve2").waitFor();
    assert.equal(await host.frame.locator("#guests").isVisible(), false);
    assert.equal(await host.frame.getByRole("button", { name: "Refresh" }).isVisible(), false);
    assert.deepEqual(host.calls, []);
  });

  await t.step("what the token may not see is said, and the rest shown", async () => {
    const token = await createLimitedToken(site.store, { nodes: ["pve1"] });
    await using host = await open({ tool: "get_nodes", token });
    await host.frame.locator("#attention").getByText(/get_attention/).waitFor();
    await host.frame.getByRole("row", { name: /web1/ }).waitFor();
    assert.equal(await host.frame.locator("#nodes li").count(), 1);
  });

  await t.step("the page answers what the host asks", async () => {
    await using host = await open({ tool: "get_nodes", canCall: false });
    assert.deepEqual((await host.ask("ping")).result, {});
    assert.deepEqual((await host.ask("ui/resource-teardown")).result, {});
    assert.equal((await host.ask("ui/other")).error?.code, -32601);
    const [hello] = await host.heard();
    assert.deepEqual([hello?.method, hello?.params?.protocolVersion], [
      "ui/initialize",
      "2026-01-26",
    ]);
  });

  await t.step("what went wrong is shown", async () => {
    await using host = await open({ tool: "get_metrics", args: { vmid: 999 }, canCall: false });
    await host.frame.getByText(/no guest has the vmid 999/).waitFor();
    await host.notify("tool-cancelled", { reason: "enough" });
    await host.frame.getByText("The call was cancelled.").waitFor();
    await using empty = await open({ tool: "get_metrics", args: { vmid: 101 } });
    await empty.frame.getByText("Nothing was measured in this time.").waitFor();
  });

  await t.step("measurements: charts, values by key, another time frame, a table", async () => {
    await using host = await open({ tool: "get_metrics", args: { node: "pve1" } });
    const { frame } = host;
    await frame.getByRole("heading", { name: "Node pve1" }).waitFor();
    const charts = frame.getByRole("img");
    assert.deepEqual(
      await frame.locator(".legend").evaluateAll(
        inBrowser(`each.map((one) => one.textContent.replace(/[\\d.]+( [KMG]iB)?/g, "N"))`),
      ),
      [
        "CPU N%I/O wait N%",
        "CPUs Nload average N",
        "memory Nmemory used N",
        "root disk Nroot disk used N",
        "network in N/snetwork out N/s",
      ],
    );
    assert.match(
      await charts.first().getAttribute("aria-label") ?? "",
      /^CPU .*% \(max 8%\), I\/O/,
    );
    const path = await charts.first().locator("path").first().getAttribute("d");
    assert.match(path ?? "", /^M[\d.]+ [\d.]+L/);
    const scales = await charts.first().locator("text").allTextContents();
    await charts.first().focus();
    await host.page.keyboard.press("ArrowLeft");
    await frame.locator(".legend").first().getByText(/\d{4}, \d\d:\d\d/).waitFor();

    assert.equal(
      await frame.getByRole("button", { name: "Hour" }).getAttribute("aria-pressed"),
      "true",
    );
    await frame.getByRole("button", { name: "Day" }).click();
    await frame.locator("button[aria-pressed=true]").getByText("Day").waitFor();
    assert.deepEqual(host.calls, ["get_metrics"]);
    assert.notDeepEqual(await charts.first().locator("text").allTextContents(), scales);
    await frame.getByText("Values").click();
    const rows = await frame.locator("tbody tr").count();
    assert.ok(rows > 20, `${rows} rows`);
    await frame.getByRole("columnheader", { name: "root disk used" }).waitFor();
    assert.deepEqual(host.requests, []);
  });
});

async function colourOf({ frame }: AppHost, element: string, property: string): Promise<unknown> {
  return await frame.locator(element).evaluate(inBrowser(`getComputedStyle(each).${property}`));
}
