import assert from "node:assert/strict";
import { filesOf, loadConfig, tokenValuesOf } from "../../lib/config/config.ts";
import { requiredPermissions } from "../../lib/sandbox/permissions.ts";

const auth = { user: "mcp@pve", token_name: "assistant", token_value: "secret-of-home" };
const HOME = { proxmox: { host: "pve1.home" }, auth };
const DC2 = {
  proxmox: { hosts: ["pve1.dc2", "pve2.dc2"], port: 443, ca_file: "dc2.pem" },
  auth: { user: "mcp@pve", token_name: "there", token_value_file: "dc2-token" },
};

function load(
  content: unknown,
  { env = {}, text }: { env?: Record<string, string>; text?: string } = {},
) {
  return loadConfig({
    file: "/etc/m/config.json",
    env: (name) => env[name],
    readFile: (path) =>
      path === "/etc/m/config.json"
        ? Promise.resolve(text ?? JSON.stringify(content))
        : path === "/etc/m/dc2-token"
        ? Promise.resolve("secret-of-dc2\n")
        : Promise.reject(new Deno.errors.NotFound(path)),
  });
}

Deno.test("loadConfig gives every cluster, that of proxmox first", async () => {
  const { clusters, sources } = await load({ clusters: { dc2: DC2 }, ...HOME });
  assert.deepEqual(
    clusters.map(({ name, section, proxmox: { hosts, port }, auth }) => [
      ...[name, section, hosts.join(), port, auth.token_value],
    ]),
    [
      ["default", "", "pve1.home", 8006, "secret-of-home"],
      ["dc2", "clusters.dc2.", "pve1.dc2,pve2.dc2", 443, "secret-of-dc2"],
    ],
  );
  assert.equal(sources["clusters.dc2.proxmox.hosts"], "/etc/m/config.json");
  const only = await load({ clusters: { home: HOME, dc2: DC2 } });
  assert.deepEqual(only.clusters.map(({ name }) => name), ["home", "dc2"]);
});

Deno.test("files, secrets and permissions are those of all clusters", async () => {
  const config = await load({ ...HOME, clusters: { dc2: DC2 } });
  assert.deepEqual(filesOf(config, "file"), [
    { key: "clusters.dc2.proxmox.ca_file", path: "/etc/m/dc2.pem" },
  ]);
  assert.deepEqual(filesOf(config, "secret_file"), [
    { key: "clusters.dc2.auth.token_value_file", path: "/etc/m/dc2-token" },
  ]);
  assert.deepEqual(tokenValuesOf(config).toSorted(), ["secret-of-dc2", "secret-of-home"]);
  const { net, read } = requiredPermissions(config);
  assert.deepEqual(net, ["127.0.0.1:8812", "pve1.home:8006", "pve1.dc2:443", "pve2.dc2:443"]);
  assert.ok(read.includes("/etc/m/dc2.pem") && read.includes("/etc/m/dc2-token"));
});

Deno.test("the environment names the cluster of proxmox", async () => {
  const env = {
    PROXMOX_HOST: "pve9.home",
    PROXMOX_USER: "a@pve",
    PROXMOX_TOKEN_NAME: "t",
    PROXMOX_TOKEN_VALUE: "x",
  };
  const { clusters } = await load({ clusters: { dc2: DC2 } }, { env });
  assert.deepEqual(clusters.map(({ name, proxmox: { hosts } }) => [name, hosts[0]]), [
    ["default", "pve9.home"],
    ["dc2", "pve1.dc2"],
  ]);
});

Deno.test("loadConfig says what is wrong with clusters in one line that names the key", async () => {
  const dc2 = (changes: { proxmox?: object; auth?: object }) => ({
    ...HOME,
    clusters: {
      dc2: {
        proxmox: { ...DC2.proxmox, ...changes.proxmox },
        auth: { ...DC2.auth, ...changes.auth },
      },
    },
  });
  const cases: [unknown, string][] = [
    [{}, "proxmox is missing"],
    [{ proxmox: HOME.proxmox }, "auth is missing"],
    [{ auth, clusters: { dc2: DC2 } }, "proxmox is missing"],
    [{ clusters: {} }, "proxmox is missing"],
    [
      { clusters: { DC2 } },
      'clusters.DC2 must be a name of at most 32 lower-case letters, digits, "-" and "_", ' +
      "beginning with a letter",
    ],
    [{ ...HOME, clusters: { dc2: { auth } } }, "clusters.dc2.proxmox is missing"],
    [
      dc2({ proxmox: { hosts: undefined } }),
      "clusters.dc2.proxmox.host is missing",
    ],
    [
      dc2({ proxmox: { hosts: undefined, host: "https://pve1.dc2" } }),
      'clusters.dc2.proxmox.host must be a name or address, not a URL: write "pve1.dc2"',
    ],
    [
      dc2({ proxmox: { port: 70000 } }),
      "clusters.dc2.proxmox.port must be a whole number from 1 to 65535",
    ],
    [
      dc2({ auth: { token_value_file: undefined } }),
      "clusters.dc2.auth.token_value is missing: give it or clusters.dc2.auth.token_value_file",
    ],
    [
      dc2({ auth: { token_value: "x" } }),
      "clusters.dc2.auth.token_value and clusters.dc2.auth.token_value_file are both given: keep one " +
      "of them",
    ],
    [
      dc2({ auth: { require_own_token: true } }),
      "clusters.dc2.auth.require_own_token needs audit.key_file: tokens of users are kept under it",
    ],
    [
      { ...HOME, clusters: { default: DC2 } },
      "clusters.default and proxmox are both given, which is the cluster default too: give one of " +
      "them another name",
    ],
    [
      dc2({ proxmox: { hosts: ["pve2.dc2", "PVE1.home"], port: 8006 } }),
      "clusters.dc2.proxmox and proxmox both name pve1.home:8006: it is one cluster",
    ],
    [
      { clusters: { a: DC2, b: DC2 } },
      "clusters.b.proxmox and clusters.a.proxmox both name pve1.dc2:443: it is one cluster",
    ],
  ];
  for (const [content, message] of cases) {
    await assert.rejects(load(content), {
      code: "invalid",
      message: `Cannot use /etc/m/config.json: ${message}`,
    });
  }
  await assert.rejects(load({ ...HOME, clusters: { dc2: { ...DC2, proxmx: {} } } }), {
    message: "Unknown key clusters.dc2.proxmx in /etc/m/config.json: " +
      "did you mean clusters.dc2.proxmox?",
  });
});

Deno.test("loadConfig refuses a key that stands twice, of which the first would be lost", async () => {
  const one = JSON.stringify(DC2);
  const cases: [string, string][] = [
    [
      `{"clusters": {\n"dc2": ${one},\n"home": ${one},\n"dc2": ${one}}}`,
      "clusters.dc2 stands there twice, again at line 4",
    ],
    [
      `{"proxmox": {"host": "a",\n"h\\u006fst": "b"}, "auth": {}}`,
      "proxmox.host stands there twice, again at line 2",
    ],
    [
      `{"tools": {"approve": {"tags": ["tags", {"a": 1}, {"a": 2, "a": 3}]}}}`,
      "tools.approve.tags.a stands there twice, again at line 1",
    ],
  ];
  for (const [text, message] of cases) {
    await assert.rejects(load(null, { text }), {
      code: "invalid",
      message: `Cannot use /etc/m/config.json: ${message}: keep one of them`,
    });
  }
  const fine = { ...HOME, tools: { deny: ["a", "a"] }, clusters: { dc2: DC2 } };
  const text = JSON.stringify(fine).replace("secret-of-home", String.raw`{\"host\":\"\\`);
  const { clusters } = await load(null, { text });
  assert.equal(clusters[0].auth.token_value, String.raw`{"host":"\ `.trim());
});
