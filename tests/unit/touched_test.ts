import assert from "node:assert/strict";
import { Touched } from "../../lib/proxmox/touched.ts";

Deno.test("Touched knows whose a request is by its path, its parameters and names of volumes", () => {
  const requests: [string, Record<string, string | number | unknown[]>, number[]][] = [
    ["/nodes/pve1/qemu/101/status/start", {}, [101]],
    ["/nodes/pve1/lxc/200", {}, [200]],
    ["/nodes/qemu/lxc/200/config", { memory: 4096, cores: 512 }, [200]],
    ["/nodes/pve1/qemu", { vmid: 300, archive: "nfs1:backup/vzdump-qemu-100-x.vma" }, [100, 300]],
    ["/nodes/pve1/vzdump", { vmid: "102, 110;120", storage: "nfs1" }, [102, 110, 120]],
    ["/nodes/pve1/qemu/101/clone", { newid: 777 }, [101, 777]],
    ["/nodes/pve1/lxc/200/move_volume", { "target-vmid": 201 }, [200, 201]],
    ["/nodes/pve1/storage/nfs1/content/nfs1%3Abackup%2Fvzdump-lxc-200-x.tar.zst", {}, [200]],
    ["/nodes/pve1/storage/pbs/content/pbs%3Abackup%2Fvm%2F100%2F2026-01-01T00%3A00%3A00Z", {}, [
      100,
    ]],
    ["/nodes/pve1/storage/lvm/content/lvm:vm-101-disk-0", {}, [101]],
    ["/nodes/pve1/storage/dir/content/dir:101%2Fvm-101-disk-0.qcow2", {}, [101]],
    ["/nodes/pve1/tasks/UPID:pve1:0001:0002:67C2F000:qmstart:101:root@pam!mcp:", {}, [101]],
    ["/cluster/ha/resources/vm%3A101", {}, [101]],
    ["/cluster/ha/resources", { sid: "ct:200" }, [200]],
    ["/cluster/replication/101-0", {}, [101]],
    ["/pools", { poolid: "dev", vms: "100,150" }, [100, 150]],
    ["/cluster/bulk-action/guest/start", { vms: [101, "110"] }, [101, 110]],
    ["/cluster/ha/rules", { resources: "vm:101,ct:200", nodes: "pve2" }, [101, 200]],
    ["/nodes/pve1/network/vmbr100", { mtu: 1500 }, []],
    ["/nodes/pve1/%E0%A4%A", {}, []],
  ];
  for (const [path, params, vmids] of requests) {
    const touched = new Touched(() => Promise.resolve(true));
    touched.noteRequest(path, params);
    assert.deepEqual(touched.vmids, vmids, path);
  }
});

Deno.test("Touched announces once, again for a guest that is new, and nothing after a failure", async () => {
  const told: (readonly number[])[] = [];
  const touched = new Touched((vmids) => {
    told.push(vmids);
    return vmids.includes(3) ? Promise.reject(new Error("no")) : Promise.resolve(true);
  });
  await touched.announce();
  touched.note(2);
  await Promise.all([touched.announce(), touched.announce()]);
  touched.hold(1);
  await touched.announce();
  touched.letGo(1);
  await touched.announce();
  assert.deepEqual(told, [[], [2], [1, 2]]);
  touched.note(3);
  await assert.rejects(touched.announce(), /no/);
  await assert.rejects(touched.announce(), /no/);
  touched.note(4);
  await assert.rejects(touched.announce(), /no/);
});

Deno.test("Touched announces nothing while another has begun what is to begin with it", async () => {
  const told: unknown[] = [];
  let begun = false;
  const touched = new Touched((vmids, beginning) => {
    told.push([vmids, beginning !== undefined]);
    return Promise.resolve(begun);
  });
  let alone = 0;
  const beginning = { alone: () => Promise.resolve(++alone > 1) };
  touched.note(1);
  assert.equal(await touched.announce(beginning), false);
  begun = true;
  assert.equal(await touched.announce(beginning), true);
  assert.deepEqual(told, [[[1], true], [[1], true]]);
  assert.equal(await touched.announce(beginning), false, "what is announced is begun by itself");
  assert.equal(await touched.announce(beginning), true);
  assert.equal(await touched.announce(), true);
  assert.equal(told.length, 2);
});

Deno.test("Touched asks whether it is permitted where nothing is announced, and once where that may be tried again", async () => {
  const told: string[] = [];
  const refusals = [false, false];
  let isHalted = false;
  const halted = new Error("halted");
  const touched = new Touched(() => {
    told.push("announced");
    return Promise.resolve(refusals.pop() ?? true);
  }, () => {
    told.push("permitted");
    return isHalted ? Promise.reject(halted) : Promise.resolve();
  });
  touched.note(1);
  assert.equal(await touched.announce(), true, "a halt that has ended meanwhile");
  assert.deepEqual(told.splice(0), "announced permitted announced permitted announced".split(" "));
  isHalted = true;
  await assert.rejects(touched.announce(), halted);
  assert.deepEqual(told.splice(0), ["permitted"]);
  touched.note(2);
  refusals.push(false);
  await assert.rejects(touched.announce({ alone: () => Promise.resolve(true) }), halted);
  await assert.rejects(touched.announce(), halted);
});
