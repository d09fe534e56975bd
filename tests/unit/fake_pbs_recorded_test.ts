import assert from "node:assert/strict";
import type { FakePbs } from "../fake_pbs.ts";
import { before, headersOf, type Recorded, startRecorded } from "../fake_pbs/recorded_world.ts";
import { readFacts } from "../fake_pve/contract.ts";

const recordings = readFacts<Recorded>("pbs_recorded.json");

interface Got {
  status: number;
  contentType: string | undefined;
  answer: string;
}

async function replay(pbs: FakePbs, recorded: Recorded): Promise<Got> {
  const [method = "GET", path = ""] = recorded.request.split(" ");
  const client = Deno.createHttpClient({ caCerts: [pbs.caPem] });
  // `fetch` sends no body with GET, and always a Content-Type with a text.
  const body = recorded.body === undefined ? undefined : new TextEncoder().encode(recorded.body);
  const response = await fetch(`${pbs.url}${path}`, {
    client,
    method,
    headers: headersOf(recorded),
    ...(body === undefined ? {} : { body }),
  });
  const answer = await response.text();
  client.close();
  const contentType = response.headers.get("content-type") ?? undefined;
  return { status: response.status, contentType, answer };
}

/** Lists come in no order, and digests are of files that differ. */
function comparable(text: string): unknown {
  const { digest: _digest, ...rest } = JSON.parse(text);
  if (!Array.isArray(rest.data)) return rest;
  return { ...rest, data: rest.data.map(sorted).sort() };
}

function sorted(value: unknown): string {
  return JSON.stringify(
    value,
    (_, one) =>
      typeof one === "object" && one !== null && !Array.isArray(one)
        ? Object.fromEntries(Object.entries(one).sort())
        : one,
  );
}

/** Which of the delays a real server had, by the seconds that were recorded. */
const delays = { login: 1, permission: 2, lock: 3 };
const recordedDelays: Readonly<Record<number, number>> = {
  3: delays.login,
  0.5: delays.permission,
  10: delays.lock,
};

Deno.test("answers what a real server answered", async (t) => {
  for (const recorded of recordings) {
    const { answer, as, contentType, file, name, request, status } = recorded;
    await t.step(`${file}: ${name}, ${request} as ${as}`, async () => {
      await using pbs = await startRecorded();
      before[`${file}: ${name}`]?.(pbs);
      Object.assign(pbs.state.delays, delays);
      const got = await replay(pbs, recorded);
      if (status !== 200 || request.includes("/extjs/")) {
        assert.deepEqual({ ...got, answer: undefined }, { status, contentType, answer: undefined });
      }
      assert.equal(pbs.requests[0]?.waitMs ?? 0, recordedDelays[recorded.waits ?? 0] ?? 0);
      if (status !== 200) assert.equal(got.answer, answer);
      else assert.deepEqual(comparable(got.answer), comparable(answer));
    });
  }
});
