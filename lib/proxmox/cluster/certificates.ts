import type { Reader } from "../kept_reader.ts";
import { compact, number, text, texts, time } from "../api/values.ts";

/** A certificate that a node serves or trusts, without the certificate itself. */
export type Certificate = Awaited<ReturnType<typeof readCertificates>>[number];

const DAY_SECONDS = 86_400;
const MAX_NAMES = 20;

/** Reads a node's certificates. */
export async function readCertificates(pve: Reader, node: string) {
  const rows = await pve.list("/nodes/{node}/certificates/info", { node });
  const now = pve.now().getTime() / 1000;
  return rows.map((row) => {
    const end = number(row.notafter);
    return compact({
      node,
      file: text(row.filename),
      subject: text(row.subject),
      issuer: text(row.issuer),
      names: Array.isArray(row.san) ? texts(row.san).slice(0, MAX_NAMES) : undefined,
      expires: time(end),
      /** Negative once it has expired. */
      days_left: end === undefined ? undefined : Math.floor((end - now) / DAY_SECONDS),
      fingerprint: text(row.fingerprint),
    });
  });
}
