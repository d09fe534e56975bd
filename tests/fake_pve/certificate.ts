import "./reflect.ts";
import * as x509 from "@peculiar/x509";

export interface ServerCertificate {
  /** PEM of the CA, which is not part of the chain that the server sends. */
  caPem: string;
  certPem: string;
  keyPem: string;
  /** SHA-256 as Proxmox shows it: `AA:BB:…` */
  fingerprint: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const day = 86_400_000;

async function newKeys(): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as CryptoKeyPair;
}

/** A cluster's CA and the certificate of one node, good for the node's name, `localhost` and `127.0.0.1`. */
export async function makeCertificate(node: string): Promise<ServerCertificate> {
  x509.cryptoProvider.set(crypto);
  const [caKeys, keys] = await Promise.all([newKeys(), newKeys()]);
  const valid = {
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 730 * day),
  };
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...valid,
    serialNumber: "01",
    name: "CN=Proxmox Virtual Environment, OU=fake, O=PVE Cluster Manager CA",
    signingAlgorithm: algorithm,
    keys: caKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
    ],
  });
  const leaf = await x509.X509CertificateGenerator.create({
    ...valid,
    serialNumber: "02",
    subject: `OU=PVE Cluster Node, O=Proxmox Virtual Environment, CN=${node}`,
    issuer: ca.subject,
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: "ip", value: "127.0.0.1" },
        { type: "dns", value: "localhost" },
        { type: "dns", value: node },
      ]),
    ],
  });
  const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    caPem: ca.toString("pem"),
    certPem: leaf.toString("pem"),
    keyPem: x509.PemConverter.encode(key, "PRIVATE KEY"),
    fingerprint: hex(new Uint8Array(await leaf.getThumbprint("SHA-256"))),
  };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(":");
}
