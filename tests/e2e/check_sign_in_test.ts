import assert from "node:assert/strict";
import type { Finding } from "../../lib/cli/check/finding.ts";
import { cli } from "../support/cli.ts";
import { makeCertificate } from "../fake_pve/certificate.ts";
import { Folder } from "../support/folder.ts";
import { freePort } from "../support/port.ts";

const NAMES = ["config", "sign-in", "pages", "people", "tls", "secrets"];

/** What `check` says of signing in, other than that all is well. */
async function faults(folder: Folder, sections: Record<string, Record<string, unknown>>) {
  const { auth, ...rest } = sections;
  const config = await folder.write("config.json", {
    proxmox: { host: "127.0.0.1", port: freePort() },
    auth: { user: "a@pve", token_name: "t", token_value_file: "token", ...auth },
    ...rest,
  });
  const { out } = await cli(["check", "--json", "--config", config]);
  return (JSON.parse(out).findings as Finding[])
    .filter(({ name, state }) => NAMES.includes(name) && state !== "ok")
    .map(({ name, state, message, remedy }) => `${state} ${name} ${message}: ${remedy}`);
}

async function start(): Promise<Folder> {
  const folder = await Folder.make();
  await folder.write("token", "secret");
  const config = await folder.write("config.json", {
    proxmox: { host: "127.0.0.1" },
    auth: { user: "a@pve", token_name: "t", token_value_file: "token" },
  });
  for (const args of [["migrate"], ["user", "create", "ayse"]]) {
    assert.equal((await cli([...args, "--config", config])).status, 0);
  }
  return folder;
}

Deno.test("check says what keeps people from signing in", async (t) => {
  await using folder = await start();
  const https = { public_url: "https://mcp.example", trusted_proxies: ["10.0.0.1"] };
  const issuer = `https://127.0.0.1:${freePort()}/realm`;
  const { certPem, keyPem } = makeCertificate("pve1");
  await folder.write("cert.pem", certPem);
  await folder.write("key.pem", keyPem);
  const tls = { cert_file: "cert.pem", key_file: "key.pem" };
  const cases: [string, Record<string, Record<string, unknown>>, RegExp[]][] = [
    ["http on a name", { server: { public_url: "http://mcp.example" } }, [
      /^warn pages at http:\/\/mcp\.example, where passwords.* unencrypted.*: let server\.public_url begin with https/,
    ]],
    ["a proxy without a name", { server: { public_url: "https://mcp.example" } }, [
      /^warn pages .*count as one address.*: name its address in server\.trusted_proxies/,
    ]],
    ["http on this machine", { server: { public_url: "http://localhost:8812" } }, []],
    ["no password", { server: { ...https, oauth: { own: true } } }, [
      /^warn people nobody has a password yet.*: .*user passwd NAME$/,
    ]],
    ["own without public_url", { server: { oauth: { own: true } } }, [
      /^fail config .*server\.oauth needs server\.public_url/,
    ]],
    ["both ways", { server: { ...https, oauth: { own: true, issuer } } }, [
      /^fail config .*server\.oauth\.own must be true, or server\.oauth\.issuer name/,
    ]],
    ["a wrong scope", { server: { ...https, oauth: { issuer, default_scope: "all" } } }, [
      /^fail config .*server\.oauth\.default_scope must be "user", "write" or "admin"/,
    ]],
    ["no tables", { server: { ...https, oauth: { own: true } }, audit: { database: false } }, [
      /^warn people/,
      /^fail sign-in server\.oauth needs tables of its own.*: set audit\.database to true/,
    ]],
    ["nobody of the provider", { server: { ...https, oauth: { issuer } } }, [
      /^warn people nobody of https.*: name groups in .* user link NAME --subject SUB/,
      /^fail sign-in Cannot read \S+: client error \(Connect\).*refused.*: check server\.oauth\.issuer/,
    ]],
    ["no such role", {
      server: { ...https, oauth: { issuer, claims: { roles: { a: "Viewer", b: "Boss" } } } },
    }, [
      /^warn people server\.oauth\.claims\.roles gives roles that there are not: Boss: .*role list/,
      /^fail sign-in/,
    ]],
    ["another's certificate", { server: { public_url: "https://mcp.example", tls } }, [
      /^warn tls server\.tls\.cert_file \S+ is not for mcp\.example.*: .*take a certificate of that name/,
    ]],
    ["its own certificate", { server: { public_url: "https://127.0.0.1", tls } }, []],
    ["no certificate", {
      server: { public_url: "https://pve1", tls: { ...tls, cert_file: "none.pem" } },
    }, [/^fail tls Cannot read server\.tls\.cert_file \S+: no such file or folder/]],
    ["no key file", { audit: { key_file: "key" } }, [
      /^fail secrets audit\.key_file \S+: no such file or folder: bring it back, or .*migrate/,
    ]],
  ];
  for (const [name, sections, expected] of cases) {
    await t.step(name, async () => {
      const told = await faults(folder, sections);
      assert.equal(told.length, expected.length, told.join("\n"));
      for (const [at, pattern] of expected.entries()) assert.match(told[at] ?? "", pattern);
    });
  }
});
