import { Site } from "../site.ts";

/**
 * How long the dearest bodies that are permitted hold the event loop, beside how long they take: nobody
 * else's request may wait for more than 100 ms. `deno task bodies`.
 */
const site = await Site.start();
const BYTES = 4_194_304;
const encoder = new TextEncoder();

const call = (args: string, name = "update_vm") =>
  `{"method":"tools/call","params":{"name":"${name}","arguments":${args}}}`;
const list = (count: number, item: string) => `[${Array(count).fill(item).join(",")}]`;
const object = (count: number, value: string) =>
  `{${Array.from({ length: count }, (_, at) => `"k${at}":${value}`).join(",")}}`;
const text = (unit: string, bytes: number) => `"${unit.repeat(Math.floor(bytes / unit.length))}"`;

const BODIES: Readonly<Record<string, string>> = {
  "one long string": call(`{"description":${text("x", BYTES - 200)}}`),
  "a string that looks like secrets": call(
    `{"description":${text("password=aaaa token: bbbb ", BYTES - 200)}}`,
  ),
  "a string of escapes": call(`{"description":${text("\\u0061", BYTES - 200)}}`),
  "a long command": call(
    `{"vmid":101,"command":${text("'a b' ", BYTES - 200)}}`,
    "execute_vm_command",
  ),
  "many keys": call(object(1_990, text("y", 2_000))),
  "many members": call(`{"tags":${list(4_990, text("y", 800))}}`),
  "many short members": call(`{"tags":${list(4_990, "1")}}`),
  "lists in lists": call(`{"tags":${list(2_490, "[]")}}`),
  "a deep one": call(`{"a":${"[".repeat(60)}${"]".repeat(60)}}`),
  "a long number": call(`{"vmid":${"1".repeat(BYTES - 200)}}`),
  "white space": `${" ".repeat(BYTES - 200)}{"method":"ping"}`,
};

/** The longest time in which nothing else ran. */
async function longestHold(work: () => Promise<void>): Promise<number> {
  let longest = 0;
  let going = true;
  let last = performance.now();
  const tick = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (going) setTimeout(tick);
  };
  tick();
  await work();
  going = false;
  tick();
  return longest;
}

for (const [name, json] of Object.entries(BODIES)) {
  const body = encoder.encode(json);
  const post = async () => {
    const headers = site.headers();
    await (await fetch(site.server.url, { method: "POST", headers, body })).text();
  };
  await post();
  const holds: number[] = [];
  for (let round = 0; round < 3; round++) holds.push(await longestHold(post));
  const held = Math.round(holds.toSorted((a, b) => a - b)[1] ?? 0);
  Deno.bench(`${name}: ${body.length} bytes, holds for ${held} ms`, { group: "bodies" }, post);
}
