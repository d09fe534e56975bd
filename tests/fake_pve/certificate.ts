import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { bits, bytes, der, integer, name, octets, oid, sequence, utcTime } from "./der.ts";

export interface ServerCertificate {
  /** PEM of the CA, which is not part of the chain that the server sends. */
  caPem: string;
  certPem: string;
  keyPem: string;
  /** SHA-256 as Proxmox shows it: `AA:BB:…` */
  fingerprint: string;
}

interface KeyPair {
  publicKey: KeyObject;
  privateKey: KeyObject;
}

interface Wish {
  serial: number;
  issuer: Uint8Array;
  subject: Uint8Array;
  keys: KeyPair;
  signer: KeyPair;
  extensions: Uint8Array[];
  /** Milliseconds from now; default two years. */
  endsIn?: number | undefined;
}

const DAY_MS = 86_400_000;
const ecdsaWithSha256 = sequence(oid("1.2.840.10045.4.3.2"));

/**
 * A cluster's CA and the certificate of one node, good for the node's name, `localhost` and `127.0.0.1`.
 *
 * @param options.endsIn milliseconds from now; default two years
 */
export function makeCertificate(
  node: string,
  { endsIn }: { endsIn?: number } = {},
): ServerCertificate {
  const caKeys = newKeys();
  const keys = newKeys();
  const issuer = name("Proxmox Virtual Environment", "fake", "PVE Cluster Manager CA");
  const ca = issue({
    serial: 1,
    issuer,
    subject: issuer,
    keys: caKeys,
    signer: caKeys,
    extensions: [authority],
  });
  const leaf = issue({
    serial: 2,
    issuer,
    subject: name(node, "PVE Cluster Node", "Proxmox Virtual Environment"),
    keys,
    signer: caKeys,
    endsIn,
    extensions: [forServers, alternativeNames({ ips: ["127.0.0.1"], names: ["localhost", node] })],
  });
  return {
    caPem: pem(ca),
    certPem: pem(leaf),
    keyPem: privatePem(keys),
    fingerprint: fingerprintOf(leaf),
  };
}

/** The self-signed certificate of a backup server, good for the loopback addresses and the node's name. */
export function makeBackupServerCertificate(node: string): ServerCertificate {
  const keys = newKeys();
  const subject = name(node, "fake", "Proxmox Backup Server");
  const made = issue({
    serial: 1,
    issuer: subject,
    subject,
    keys,
    signer: keys,
    extensions: [
      forServers,
      alternativeNames({ ips: ["127.0.0.1", "::1"], names: ["localhost", node] }),
    ],
  });
  const own = pem(made);
  return { caPem: own, certPem: own, keyPem: privatePem(keys), fingerprint: fingerprintOf(made) };
}

function fingerprintOf(certificate: Uint8Array): string {
  const digits = createHash("sha256").update(certificate).digest("hex").toUpperCase();
  return digits.match(/../g)?.join(":") ?? "";
}

/** A self-signed certificate for an address, which is not good for any name, and its key, as PEM. */
export function makeAddressCertificate(ip: string): { certificate: string; key: string } {
  const keys = newKeys();
  const subject = name("database", "tests", "tests");
  const extensions = [authority, alternativeNames({ ips: [ip], names: [] })];
  const made = issue({ serial: 1, issuer: subject, subject, keys, signer: keys, extensions });
  return { certificate: pem(made), key: privatePem(keys) };
}

function newKeys(): KeyPair {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

function issue(
  { serial, issuer, subject, keys, signer, extensions, endsIn = 730 * DAY_MS }: Wish,
): Uint8Array {
  const body = sequence(
    der(0xa0, integer(2)),
    integer(serial),
    ecdsaWithSha256,
    issuer,
    sequence(utcTime(Date.now() - DAY_MS), utcTime(Date.now() + endsIn)),
    subject,
    new Uint8Array(keys.publicKey.export({ type: "spki", format: "der" })),
    der(0xa3, sequence(...extensions)),
  );
  const signature = new Uint8Array(sign("sha256", body, signer.privateKey));
  return sequence(body, ecdsaWithSha256, bits(signature));
}

function critical(id: string, value: Uint8Array): Uint8Array {
  return sequence(oid(id), der(0x01, bytes(0xff)), octets(value));
}

/** Basic constraints: a CA. */
const authority = critical("2.5.29.19", sequence(der(0x01, bytes(0xff))));
/** Extended key usage: TLS servers. */
const forServers = critical("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.1")));

function alternativeNames({ ips, names }: { ips: string[]; names: string[] }): Uint8Array {
  return sequence(
    oid("2.5.29.17"),
    octets(sequence(
      ...ips.map((ip) => der(0x87, bytes(...octetsOf(ip)))),
      ...names.map((one) => der(0x82, new TextEncoder().encode(one))),
    )),
  );
}

/** Of the addresses in use: all of IPv4, and `::1`. */
function octetsOf(ip: string): number[] {
  return ip === "::1" ? [...Array<number>(15).fill(0), 1] : ip.split(".").map(Number);
}

function pem(certificate: Uint8Array): string {
  const lines = certificate.toBase64().match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function privatePem({ privateKey }: KeyPair): string {
  return String(privateKey.export({ type: "pkcs8", format: "pem" }));
}
