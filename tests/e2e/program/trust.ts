import assert from "node:assert/strict";
import type { Ground } from "./ground.ts";

/** Each way not to trust: nothing is sent, and the reason is told. */
export async function distrust(t: Deno.TestContext, ground: Ground): Promise<void> {
  const cases: [string, Record<string, unknown>, RegExp][] = [
    ["a certificate that nobody signed for", {}, /^ {2}proxmox +.*: .*certificate/],
    [
      "another fingerprint",
      { fingerprint: "ab".repeat(32) },
      /cannot trust the certificate of 127\.0\.0\.1:\d+ \(fingerprint mismatch/,
    ],
  ];
  for (const [name, proxmox, told] of cases) {
    await t.step(`${name} is not trusted, and sent nothing`, async () => {
      ground.fake.requests.length = 0;
      await using server = await ground.start({ proxmox });
      assert.match(server.lines.join("\n"), new RegExp(told, "m"));
      assert.deepEqual(ground.fake.requests, []);
    });
  }
}
