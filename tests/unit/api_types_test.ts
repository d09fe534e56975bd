import assert from "node:assert/strict";
import { apiContract } from "../../lib/build/api_contract.ts";
import { apiTypes, PBS, PBS_VERSION, PVE } from "../../lib/build/api_types.ts";
import type { Pve } from "../../lib/proxmox/pve.ts";

/** Never called: what is asserted is that each marked line fails the type check and no other does. */
export function requests(pve: Pve, node: string, vmid: number): void {
  pve.post("/nodes/{node}/qemu/{vmid}/config", { node, vmid }, { memory: 2048, digest: "a" });
  pve.get("/nodes/{node}/{type}/{vmid}/config", { node, vmid, type: "lxc" }, { current: true });
  pve.put("/nodes/{node}/qemu/{vmid}/config", { node, vmid }, { net12: "virtio" });
  pve.get("/version");
  pve.list("/access/users", {}, { full: true });

  // @ts-expect-error no such path
  pve.get("/nodes/{node}/kvm/{vmid}/config", { node, vmid });
  // @ts-expect-error no such method of the path
  pve.delete("/nodes/{node}/qemu/{vmid}/config", { node, vmid });
  // @ts-expect-error a placeholder without a value
  pve.get("/nodes/{node}/qemu/{vmid}/config", { node });
  // @ts-expect-error no values at all
  pve.get("/nodes/{node}/qemu/{vmid}/config");
  // @ts-expect-error a value for no placeholder
  pve.get("/nodes/{node}/qemu/{vmid}/config", { node, vmid, upid: "a" });
  // @ts-expect-error parameters in the place of the path's values
  pve.list("/access/users", { full: true });
  // @ts-expect-error an unknown parameter
  pve.post("/nodes/{node}/qemu/{vmid}/status/start", { node, vmid }, { force: true });
  // @ts-expect-error a parameter that only VMs know, for a guest of either type
  pve.post("/nodes/{node}/{type}/{vmid}/snapshot", { node, vmid, type: "qemu" }, { vmstate: true });
  // @ts-expect-error a parameter of the wrong type
  pve.post("/nodes/{node}/qemu/{vmid}/config", { node, vmid }, { memory: true });
  // @ts-expect-error a word that is none of the parameter's
  pve.put("/nodes/{node}/qemu/{vmid}/config", { node, vmid }, { ostype: "beos" });
  // @ts-expect-error a required parameter is missing
  pve.post("/nodes/{node}/qemu/{vmid}/snapshot", { node, vmid }, { description: "a" });
  // @ts-expect-error required parameters are missing altogether
  pve.post("/nodes/{node}/qemu/{vmid}/snapshot", { node, vmid });
  // @ts-expect-error a list is not read as an object
  pve.get("/nodes");
  // @ts-expect-error an object is not read as a list
  pve.list("/version");
  // @ts-expect-error a field that Proxmox does not answer
  pve.get("/version").then(({ revision }) => revision);
  // @ts-expect-error what Proxmox answers is read through checks, whatever its type
  pve.list("/nodes").then(([first]) => first?.node.length);
}

for (
  const [name, product, schema] of [
    ["pve_api.json", PVE, "proxmox"],
    ["pbs_api.json", PBS, "pbs"],
  ] as const
) {
  Deno.test(`the types of ${schema}'s API are those that its description gives`, async () => {
    const source = await Deno.readTextFile(new URL(`../${name}`, import.meta.url));
    const written = await Deno.readTextFile(
      new URL(`../../lib/${schema}/api/schema.ts`, import.meta.url),
    );
    assert.equal(written, apiTypes(JSON.parse(source), product), "it is stale: run deno task api");
  });
}

Deno.test("the contract of a backup server's API is what its description gives", async () => {
  const source = await Deno.readTextFile(new URL("../pbs_api.json", import.meta.url));
  const written = await Deno.readTextFile(
    new URL("../../lib/pbs/api/contract.json", import.meta.url),
  );
  assert.equal(
    written,
    apiContract(JSON.parse(source), PBS_VERSION),
    "it is stale: run deno task api",
  );
});
