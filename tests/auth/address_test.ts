import assert from "node:assert/strict";
import fc from "fast-check";
import {
  canonicalAddress,
  clientAddress,
  includesAddress,
  networkOf,
  parseAllowedIps,
  readAddressList,
} from "../../lib/auth/address.ts";

const byte = fc.integer({ min: 0, max: 255 });
const ipv4 = fc.tuple(byte, byte, byte, byte).map((parts) => parts.join("."));
const ipv6 = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 })
  .filter((parts) => parts.slice(0, 5).some((part) => part !== 0))
  .map((parts) => parts.map((part) => part.toString(16)).join(":"));
const address = fc.oneof(ipv4, ipv6);

Deno.test("parseAllowedIps takes addresses, ranges, spaces and nothing", () => {
  for (const nothing of ["", "  "]) {
    assert.equal(includesAddress(parseAllowedIps(nothing), "10.0.0.1"), false);
  }
  const list = parseAllowedIps("10.0.0.0/8, 192.0.2.1,2001:db8::/32 ,::1");
  for (const member of ["10.255.0.1", "192.0.2.1", "2001:db8::7", "::1"]) {
    assert.equal(includesAddress(list, member), true, member);
  }
});

Deno.test("parseAllowedIps refuses what is no address, naming it", () => {
  const malformed = [
    ...["10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8", "10.0.0.0/ 8", "10.0.0.0/+8"],
    ...["10.0.0", "010.0.0.1", "0x0a.0.0.1", "167772161", "10.0.0.256", "::1/129", "1::2::3"],
    ...[
      "::10.0.0.1",
      "::ffff:010.0.0.1",
      "fe80::1%eth0",
      "localhost",
      "*",
      "any",
      ",",
      "10.0.0.1,",
    ],
  ];
  for (const text of malformed) {
    assert.throws(() => parseAllowedIps(text), {
      code: "invalid",
      message: /^Cannot read the address "/,
    }, text);
  }
  assert.throws(
    () => parseAllowedIps("10.0.0.1, 10.0.0.0/33"),
    /Cannot read the address "10.0.0.0\/33"/,
  );
});

Deno.test("includesAddress matches IPv4, IPv6, ranges and IPv4-mapped addresses", () => {
  const cases: [string, string, boolean][] = [
    ["10.0.0.0/8", "10.255.0.1", true],
    ["10.0.0.0/8", "11.0.0.1", false],
    ["10.0.0.0/8", "::ffff:10.1.2.3", true],
    ["::ffff:10.0.0.0/104", "10.1.2.3", true],
    ["::ffff:10.0.0.1", "10.0.0.1", true],
    ["0.0.0.0/0", "::1", false],
    ["::/0", "10.0.0.1", false],
    ["::/0", "::ffff:10.0.0.1", false],
    ["::ffff:0:0/95", "10.0.0.1", false],
    ["::ffff:10.0.0.1/95", "::fffe:10.0.0.1", true],
    ["2001:db8::/32", "2001:DB8:0:0::7", true],
    ["fe80::/10", "fe80::1%eth0", true],
    ["192.0.2.9/24", "192.0.2.200", true],
    ["::1", "127.0.0.1", false],
    ["10.0.0.0/8", "unknown", false],
    ["10.0.0.0/8", "", false],
  ];
  for (const [range, client, expected] of cases) {
    assert.equal(
      includesAddress(parseAllowedIps(range), client),
      expected,
      `${client} in ${range}`,
    );
  }
});

Deno.test("readAddressList keeps malformed entries apart and they match nothing", () => {
  const list = readAddressList(["all", "10.0.0.1", "*"]);
  assert.deepEqual(list.malformed, ["all", "*"]);
  assert.equal(includesAddress(list, "10.0.0.1"), true);
  assert.equal(includesAddress(list, "10.0.0.2"), false);
});

Deno.test("an IPv4 range holds exactly the addresses that share its first bits", () => {
  const number = (text: string) =>
    text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  fc.assert(fc.property(ipv4, ipv4, fc.integer({ min: 0, max: 32 }), (start, client, bits) => {
    const size = 2 ** (32 - bits);
    const expected = Math.floor(number(start) / size) === Math.floor(number(client) / size);
    const list = parseAllowedIps(`${start}/${bits}`);
    assert.equal(includesAddress(list, client), expected);
    assert.equal(includesAddress(list, `::ffff:${client}`), expected);
  }));
});

Deno.test("every address is in its own list, in any spelling, and in no other's", () => {
  fc.assert(fc.property(address, address, (one, other) => {
    const list = parseAllowedIps(one);
    assert.equal(includesAddress(list, one.toUpperCase()), true);
    assert.equal(includesAddress(list, canonicalAddress(one) ?? ""), true);
    assert.equal(includesAddress(list, other), canonicalAddress(one) === canonicalAddress(other));
  }));
});

Deno.test("no text makes the address reader throw or match a list it is not in", () => {
  fc.assert(fc.property(fc.string(), (text) => {
    const list = parseAllowedIps("192.0.2.1");
    assert.equal(includesAddress(list, text), canonicalAddress(text) === "192.0.2.1");
  }));
});

Deno.test("clientAddress is the peer whatever the header says when the peer is not trusted", () => {
  const trustedProxies = parseAllowedIps("10.0.0.0/8");
  const untrusted = address.filter((peer) => !includesAddress(trustedProxies, peer));
  fc.assert(fc.property(untrusted, fc.string(), (peer, forwardedFor) => {
    assert.equal(clientAddress(peer, { forwardedFor, trustedProxies }), canonicalAddress(peer));
  }));
});

Deno.test("clientAddress is the right-most hop that is not trusted, whatever stands left of it", () => {
  const trustedProxies = parseAllowedIps("10.0.0.0/8, fd00::/8");
  const trusted = fc.tuple(byte, byte, byte).map((parts) => `10.${parts.join(".")}`);
  const untrusted = address.filter((hop) => !includesAddress(trustedProxies, hop));
  const header = fc.tuple(fc.array(fc.string()), untrusted, fc.array(trusted, { maxLength: 3 }));
  fc.assert(fc.property(trusted, header, (peer, [claimed, client, proxies]) => {
    const forwardedFor = [...claimed, client, ...proxies].join(", ");
    assert.equal(clientAddress(peer, { forwardedFor, trustedProxies }), canonicalAddress(client));
  }));
});

Deno.test("clientAddress reads ports, brackets and absent headers, and gives up on garbage", () => {
  const trustedProxies = parseAllowedIps("127.0.0.1");
  const cases: [string, string | null, string][] = [
    ["127.0.0.1", null, "127.0.0.1"],
    ["127.0.0.1", "", "127.0.0.1"],
    ["::ffff:127.0.0.1", "192.0.2.1", "192.0.2.1"],
    ["127.0.0.1", "192.0.2.1:4711", "192.0.2.1"],
    ["127.0.0.1", "[2001:db8::1]:443", "2001:db8::1"],
    ["127.0.0.1", "192.0.2.1, _hidden", "unknown"],
    ["127.0.0.1", "192.0.2.1,", "unknown"],
    ["127.0.0.1", "127.0.0.1, 127.0.0.1", "127.0.0.1"],
    ["127.0.0.1", "203.0.113.5, 192.0.2.1, 127.0.0.1", "192.0.2.1"],
    ["not an address", "192.0.2.1", "unknown"],
  ];
  for (const [peer, forwardedFor, expected] of cases) {
    assert.equal(
      clientAddress(peer, { forwardedFor, trustedProxies }),
      expected,
      `${forwardedFor}`,
    );
  }
});

Deno.test("networkOf takes the /64 of an IPv6 address, and an IPv4 address for itself", () => {
  const cases: [string, string][] = [
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["unknown", "unknown"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:1:2::9", "2001:db8:1:2::/64"],
    ["2001:db8::7", "2001:db8:0:0::/64"],
    ["2001:db8::1:0:0:7", "2001:db8:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["1::", "1:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
  ];
  for (const [address, network] of cases) assert.equal(networkOf(address), network, address);
});
