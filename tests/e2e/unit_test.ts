import assert from "node:assert/strict";
import { cli } from "../support/cli.ts";
import { Folder } from "../support/folder.ts";
import { freePort } from "../support/port.ts";

const BASE = {
  proxmox: { host: "10.1.2.3" },
  auth: { user: "a@pve", token_name: "t", token_value_file: "/etc/proxmox-mcp/proxmox-token" },
  database: { url: "sqlite:/var/lib/proxmox-mcp/proxmox-mcp.db" },
};

async function unitOf(folder: Folder, config: unknown, ...args: string[]) {
  const file = await folder.write("config.json", config);
  const { status, out, err } = await cli([
    "unit",
    "--config",
    file,
    "--binary",
    "/bin/true",
    ...args,
  ]);
  assert.equal(status, 0, err);
  return { text: out, err, lines: out.split("\n") };
}

async function analyze(...args: string[]): Promise<{ code: number; text: string } | null> {
  try {
    const command = new Deno.Command("systemd-analyze", { args });
    const { code, stdout, stderr } = await command.output();
    const decoder = new TextDecoder();
    return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Where systemd is not installed there is nobody to ask. */
async function assertSound(folder: Folder, text: string): Promise<void> {
  const unit = await folder.write("proxmox-mcp.service", `${text}\n`, 0o644);
  const verified = await analyze("verify", unit);
  if (verified === null) return;
  assert.deepEqual(verified, { code: 0, text: "" });
  // The threshold is in tenths: 20 stands for 2.0.
  const scored = await analyze("security", "--offline=true", "--threshold=20", unit);
  assert.equal(scored?.code, 0, scored?.text);
}

Deno.test("unit is sound, scores 2.0 or better, and reaches only what the config names", async () => {
  await using folder = await Folder.make();
  const { text, lines } = await unitOf(folder, BASE);
  for (
    const line of [
      "Type=exec",
      "User=proxmox-mcp",
      `ExecStart=/bin/true serve --config ${folder.at("config.json")}`,
      `ExecStartPost=-/bin/true health --config ${folder.at("config.json")} --while $MAINPID`,
      "LoadCredential=proxmox-token:/etc/proxmox-mcp/proxmox-token",
      "StateDirectory=proxmox-mcp",
      "ProtectSystem=strict",
      "IPAddressDeny=any",
      "IPAddressAllow=localhost 10.1.2.3",
      "SocketBindAllow=tcp:8812",
      "MemoryDenyWriteExecute=no",
      "NoNewPrivileges=yes",
      "Restart=on-failure",
      "TimeoutStopSec=15",
      "LimitNOFILE=3024",
      "LimitCORE=0",
      "TemporaryFileSystem=/:ro",
      "BindReadOnlyPaths=/bin/true",
      `BindReadOnlyPaths=-${folder.path}`,
      "BindPaths=/var/lib/proxmox-mcp",
    ]
  ) assert.ok(lines.includes(line), line);
  assert.ok(!text.includes("ReadWritePaths"));
  const reason = lines[lines.indexOf("MemoryDenyWriteExecute=no") - 1] ?? "";
  assert.match(reason, /^# V8 /);
  const shown = lines.filter((line) => /^Bind(ReadOnly)?Paths=/.test(line)).join(" ");
  assert.ok(!shown.includes("/etc/proxmox-mcp"), "a secret's place is not shown");
  assert.doesNotMatch(shown, /[= -](\/|\/etc|\/usr|\/home|\/var|\/tmp)( |$)/, "nothing whole is");
  await assertSound(folder, text);
});

Deno.test("unit for a public address, a low port, PostgreSQL and odd paths is sound too", async () => {
  await using folder = await Folder.make();
  await Deno.mkdir(folder.at("live"));
  await Deno.mkdir(folder.at("archive"));
  await folder.write("archive/c1.pem", "");
  await Deno.symlink(folder.at("archive/c1.pem"), folder.at("live/c.pem"));
  const { text, lines, err } = await unitOf(
    folder,
    {
      ...BASE,
      proxmox: { hosts: ["127.0.0.1", "no-such-name.invalid"] },
      server: {
        host: "0.0.0.0",
        port: 443,
        tls: { cert_file: folder.at("live/c.pem"), key_file: "/etc/ssl/my key%.pem" },
      },
      database: { url: "postgres://mcp@127.0.0.1/mcp" },
      audit: { head_file: "/srv/heads/mcp" },
      tools: { secrets_dir: "/srv/secrets" },
      logging: { file: "/srv/logs/mcp.log" },
    },
    "--clients",
    "192.0.2.0/24",
  );
  assert.match(err, /^note: there is no address for no-such-name\.invalid now/);
  assert.ok(lines.includes("After=network-online.target postgresql.service"));
  assert.ok(lines.includes('LoadCredential="my key%%.pem:/etc/ssl/my key%%.pem"'));
  assert.ok(lines.includes("LimitNOFILE=33024"), "connections of TLS that stall hold theirs");
  assert.ok(lines.includes("ReadWritePaths=/srv/logs"));
  assert.ok(lines.includes("BindPaths=/srv/logs"));
  for (const name of ["live", "archive"]) {
    assert.ok(lines.includes(`BindReadOnlyPaths=-${await Deno.realPath(folder.at(name))}`), name);
  }
  assert.ok(lines.includes("ReadWritePaths=/srv/heads"));
  assert.ok(lines.includes("ReadWritePaths=/srv/secrets"));
  assert.ok(lines.includes("BindPaths=/srv/secrets"));
  assert.ok(lines.includes("AmbientCapabilities=CAP_NET_BIND_SERVICE"));
  assert.match(text, /^IPAddressAllow=localhost 127\.0\.0\.1 .*192\.0\.2\.0\/24$/m);
  assert.ok(!text.includes("Allow=any"));
  await assertSound(folder, text);
});

Deno.test("unit tells what its user may not read, and hides no home that the server reads", async () => {
  await using folder = await Folder.make();
  const ca = await folder.write("ca.pem", "", 0o644);
  const tls = { cert_file: "/home/ayse/c.pem", key_file: "/home/ayse/k.pem" };
  const closed = { ...BASE, proxmox: { host: "10.1.2.3", ca_file: ca }, server: { tls } };
  const { err, lines } = await unitOf(folder, closed, "--name", "nobody");
  assert.deepEqual(
    err.split("\n"),
    [["proxmox.ca_file", ca], ["the config", folder.at("config.json")]].map(([key, path]) =>
      `note: the user nobody may not read ${key} ${path}: ${folder.path} is closed to it`
    ),
  );
  assert.ok(lines.includes("ProtectHome=read-only"));

  await Deno.chmod(folder.path, 0o755);
  const open = await unitOf(folder, { ...BASE, proxmox: closed.proxmox }, "--name", "nobody");
  const config = folder.at("config.json");
  assert.equal(
    open.err,
    `note: the user nobody may not read the config ${config}: it is closed to it`,
  );
  assert.ok(open.lines.includes("ProtectHome=yes"));
});

Deno.test("unit --health prints a timer and a service that restarts what does not answer", async () => {
  await using folder = await Folder.make();
  const config = {
    ...BASE,
    server: { host: "0.0.0.0", port: 8443, allowed_hosts: ["mcp.example"] },
  };
  const service = await unitOf(folder, config, "--health", "service");
  assert.ok(service.lines.includes("Type=oneshot"));
  assert.match(
    service.text,
    /^ExecStart=\/usr\/bin\/curl .* "Host: mcp\.example" .*http:\/\/127\.0\.0\.1:8443\/healthz$/m,
  );
  assert.match(service.text, /^ExecStopPost=.*try-restart proxmox-mcp\.service'$/m);
  const timer = await unitOf(folder, config, "--health", "timer");
  await folder.write("proxmox-mcp-health.service", `${service.text}\n`, 0o644);
  const file = await folder.write("proxmox-mcp-health.timer", `${timer.text}\n`, 0o644);
  const verified = await analyze("verify", file);
  if (verified !== null) assert.deepEqual(verified, { code: 0, text: "" });
});

Deno.test("unit may ask the server where it listens, but not on a port that the system chooses", async () => {
  await using folder = await Folder.make();
  const server = { host: "203.0.113.5", port: 0 };
  const { text, lines } = await unitOf(folder, { ...BASE, server }, "--clients", "192.0.2.0/24");
  assert.ok(lines.includes("IPAddressAllow=localhost 203.0.113.5 10.1.2.3 192.0.2.0/24"), text);
  assert.ok(!text.includes("ExecStartPost"));
  const everywhere = { ...BASE, server: { host: "0.0.0.0" } };
  assert.ok(!(await unitOf(folder, everywhere)).text.includes(" 0.0.0.0"));
});

Deno.test("health --while waits for the server as long as its process runs", async () => {
  await using folder = await Folder.make();
  const port = freePort();
  const file = await folder.write("config.json", { ...BASE, server: { port } });
  const wait = (pid: number) => cli(["health", "--config", file, "--while", String(pid)]);
  const ended = new Deno.Command("true").spawn();
  await ended.status;
  assert.equal((await wait(ended.pid)).status, 1);
  const waiting = wait(Deno.pid);
  await new Promise((resolve) => setTimeout(resolve, 250));
  await using _server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen: () => {} },
    () => Response.json({ status: "ok" }),
  );
  assert.deepEqual(await waiting, { status: 0, out: `ok: 127.0.0.1:${port}`, err: "" });
});

Deno.test("unit hands over backup servers' secrets and lets the service reach them", async () => {
  await using folder = await Folder.make();
  const pbs = (host: string, file: string) => ({
    host,
    user: "a@pbs",
    token_name: "t",
    token_value_file: file,
  });
  const backup_servers = {
    pbs1: pbs("10.9.8.7", "/etc/proxmox-mcp/pbs-pbs1-token"),
    pbs2: pbs("10.9.8.6", "/etc/proxmox-mcp/pbs-pbs2-token"),
  };
  const { lines } = await unitOf(folder, { ...BASE, backup_servers });
  for (const name of ["pbs1", "pbs2"]) {
    const path = `/etc/proxmox-mcp/pbs-${name}-token`;
    assert.ok(lines.includes(`LoadCredential=pbs-${name}-token:${path}`), lines.join("\n"));
  }
  const allowed = lines.find((line) => line.startsWith("IPAddressAllow="))?.split(/[ =]/) ?? [];
  for (const address of ["10.1.2.3", "10.9.8.7", "10.9.8.6"]) assert.ok(allowed.includes(address));
  const same = { ...backup_servers, pbs2: pbs("10.9.8.6", "/root/pbs-pbs1-token") };
  const file = await folder.write("config.json", { ...BASE, backup_servers: same });
  const { status, err } = await cli(["unit", "--config", file, "--binary", "/bin/true"]);
  assert.equal(status, 1);
  assert.match(
    err,
    /pbs1\.token_value_file and backup_servers\.pbs2\.token_value_file name files that/,
  );
});
