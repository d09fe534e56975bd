import { startFakePve } from "../fake_pve.ts";

/** A simulated cluster on Proxmox's own port, with the token of the guide, until standard input ends. */
const fake = await startFakePve({ port: 8006, nodes: 1 });
const value = crypto.randomUUID();
fake.state.users.set("mcp@pve", { userid: "mcp@pve", enable: true, expire: 0, groups: [] });
fake.state.tokens.push({ user: "mcp@pve", name: "assistant", value, privsep: false, expire: 0 });
fake.state.acl.push({
  path: "/",
  roleid: "Administrator",
  type: "user",
  ugid: "mcp@pve",
  propagate: true,
});
const told = new TextEncoder().encode(`${JSON.stringify({ caPem: fake.caPem, value })}\n`);
Deno.stdout.writeSync(told);
await Deno.stdin.readable.pipeTo(new WritableStream());
await fake.close();
