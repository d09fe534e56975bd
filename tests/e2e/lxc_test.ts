import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { has, runScript } from "../support/documents.ts";
import { Folder } from "../support/folder.ts";

const SCRIPT = fileURLToPath(new URL("../../lib/build/lxc.sh", import.meta.url));
const PACKAGE = "proxmox-mcp_1.2.3_amd64.deb";

/** Stands in for a Proxmox host's commands: writes down how it was called, and fails where it is told to. */
const HOST_COMMAND = `#!/bin/bash
line="$(basename "$0") $*"
printf '%s\\n' "$line" >> "$CALLS"
[ -z "$FAILS" ] || [[ $line != $FAILS ]] || exit 1
case $line in
  "pvesh get /cluster/nextid") echo 105 ;;
  "pveam available"*)
    echo "system  debian-11-standard_11.7-1_amd64.tar.zst"
    echo "system  debian-12-standard_12.12-1_amd64.tar.zst"
    echo "system  debian-12-standard_12.7-1_amd64.tar.zst" ;;
  "id -u") echo 0 ;;
esac
`;

class Host implements AsyncDisposable {
  readonly folder: Folder;

  private constructor(folder: Folder) {
    this.folder = folder;
  }

  static async make(): Promise<Host> {
    const folder = await Folder.make();
    await Deno.mkdir(folder.at("bin"));
    for (const name of ["pct", "pveam", "pvesh", "id"]) {
      await folder.write(`bin/${name}`, HOST_COMMAND, 0o755);
    }
    await folder.write(PACKAGE, "the package");
    return new Host(folder);
  }

  /** @param fails a pattern of the call that fails */
  async run(args: string, fails = "") {
    await this.folder.write("calls", "");
    const { path } = this.folder;
    const env = {
      PATH: `${path}/bin:${Deno.env.get("PATH")}`,
      CALLS: `${path}/calls`,
      FAILS: fails,
    };
    const { status, out, err } = await runScript(`bash ${SCRIPT} ${args}`, { cwd: path, env });
    const calls = (await this.folder.read("calls")).trim().split("\n");
    return { status, out, err, calls: calls.filter((call) => call !== "id -u") };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.folder[Symbol.asyncDispose]();
  }
}

Deno.test("the script for a container makes one, installs the package in it and says what is left", async () => {
  await using host = await Host.make();
  const { status, out, err, calls } = await host.run(
    `--ip 10.0.0.5/24 --gateway 10.0.0.1 ${PACKAGE}`,
  );
  assert.equal(status, 0, err);
  const copied = calls.find((call) => call.startsWith("pct push 105 /tmp/"));
  assert.match(copied ?? "", new RegExp(`/${PACKAGE} /root/${PACKAGE}$`));
  const template = "debian-12-standard_12.12-1_amd64.tar.zst";
  assert.deepEqual(calls.filter((call) => call !== copied), [
    "pveam update",
    "pveam available --section system",
    "pveam list local",
    `pveam download local ${template}`,
    "pvesh get /cluster/nextid",
    `pct create 105 local:vztmpl/${template} --unprivileged 1 --hostname proxmox-mcp ` +
    "--rootfs local-lvm:4 --memory 512 --cores 1 " +
    "--net0 name=eth0,bridge=vmbr0,ip=10.0.0.5/24,gw=10.0.0.1 --onboot 1 --features nesting=1",
    "pct start 105",
    `pct exec 105 -- dpkg -i /root/${PACKAGE}`,
    `pct exec 105 -- rm /root/${PACKAGE}`,
    "pct push 105 /etc/pve/pve-root-ca.pem /etc/proxmox-mcp/pve-root-ca.pem",
  ]);
  assert.match(out, /pct enter 105\n +proxmox-mcp init --unit --ca-file .*pve-root-ca\.pem/);
});

Deno.test("the script for a container leaves none behind that it could not finish", async () => {
  await using host = await Host.make();
  const { status, err, calls } = await host.run(`--id 9000 ${PACKAGE}`, "pct exec*dpkg*");
  assert.equal(status, 1);
  assert.match(err, /cannot install proxmox-mcp_1\.2\.3_amd64\.deb in container 9000/);
  assert.deepEqual(calls.slice(-2), ["pct stop 9000", "pct destroy 9000"]);
  // A container of this number that is there already is not this script's to remove.
  const taken = await host.run(`--id 9000 ${PACKAGE}`, "pct create*");
  assert.equal(taken.status, 1);
  assert.ok(!taken.calls.some((call) => call.startsWith("pct destroy")));
});

Deno.test("the script for a container refuses another package than SHA256SUMS tells of, and wrong use", async () => {
  await using host = await Host.make();
  await host.folder.write("SHA256SUMS", `${"0".repeat(64)}  ${PACKAGE}\n`);
  const wrong = await host.run(PACKAGE);
  assert.equal(wrong.status, 1);
  assert.match(wrong.err, /is not what SHA256SUMS says/);
  assert.deepEqual(wrong.calls, []);
  for (const args of ["", "--no-such-option x.deb", "--id", "a.deb b.deb"]) {
    assert.equal((await host.run(args)).status, 2, args);
  }
  assert.equal((await host.run("none.deb")).status, 1);
});

Deno.test({
  name: "shellcheck finds nothing in the script for a container",
  ignore: !has("shellcheck"),
  fn: async () => {
    const { status, out } = await runScript(`shellcheck ${SCRIPT}`, { cwd: "/" });
    assert.equal(status, 0, out);
  },
});
