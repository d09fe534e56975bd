import { AppError } from "../../errors.ts";
import { meantText, nearest } from "../../nearest.ts";
import { isKind } from "../api/errors.ts";
import { text } from "../api/values.ts";
import { listed } from "../clip.ts";
import type { Pve } from "../pve.ts";
import { chooseStorage, fileOf, imageList, readImages } from "./storage.ts";

/** A container template that is wanted. */
interface Wish {
  /** File name or its beginning, volume id, or an OCI image's reference. */
  readonly name: string | undefined;
  /** Fetches what is not there. */
  readonly pull: boolean;
  readonly timeout_seconds?: number | undefined;
}

/** What Proxmox offers for download. */
interface Offer {
  readonly template: string;
  readonly section: string;
}

const CONTENT = "vztmpl";

/** True for `docker.io/library/debian:13`; a volume's id has its colon before the slash. */
export function isOciReference(name: string): boolean {
  return /^[^\s]+\/[^/:]+:[\w.-]+$/.test(name);
}

/**
 * The volume of a template, fetched first where that is asked for.
 *
 * @throws AppError `invalid` or `not_found` naming the templates that are there and those that Proxmox
 * offers; `timeout` when fetching takes longer than there is patience for it
 */
export async function requireTemplate(pve: Pve, node: string, wish: Wish): Promise<string> {
  const { name = "", pull } = wish;
  const storage = isOciReference(name) ? undefined : name.match(/^([^:/]+):/)?.[1];
  const { volids, warnings } = await readImages(pve, node, { storage, content: CONTENT });
  const file = isOciReference(name) ? ociFile(name) : name.slice(name.lastIndexOf("/") + 1);
  const here = name === "" ? undefined : oneOf(volids, file, fileOf);
  if (here !== undefined) return here;
  if (isOciReference(name) && pull) return await pullImage(pve, node, { ...wish, name, file });
  const offers = isOciReference(name) ? [] : await readOffers(pve, node);
  const offer = name === "" ? undefined : oneOf(offers, file, ({ template }) => template);
  if (pull && offer) return await pullOffer(pve, node, { ...wish, ...offer, wanted: storage });
  const there = [`it has: ${imageList(volids)}`, ...warnings, offerText(offers, file)].join("; ");
  if (name === "") {
    throw new AppError("invalid", `template: none is given for node ${node}; ${there}`);
  }
  throw new AppError("not_found", `no ${CONTENT} image ${name} on node ${node}; ${there}`);
}

/** The one of this name, else the only one whose name begins so. */
function oneOf<T>(
  all: readonly T[],
  name: string,
  nameOf: (one: T) => string,
): T | undefined {
  const exact = all.find((one) => nameOf(one) === name);
  if (exact !== undefined) return exact;
  const [begun, ...others] = all.filter((one) => nameOf(one).startsWith(name));
  return others.length === 0 ? begun : undefined;
}

/** The name that Proxmox gives an OCI image's file (seen in 9.2's `oci_registry_pull`). */
function ociFile(reference: string): string {
  return `${fileOf(reference).replaceAll(/[^a-zA-Z0-9_.-]/g, "_")}.tar`;
}

/** What is offered is told as far as it can be read: it is no reason to fail. */
async function readOffers(pve: Pve, node: string): Promise<Offer[]> {
  try {
    const rows = await pve.list("/nodes/{node}/aplinfo", { node });
    return rows.map(({ template, section }) => ({
      template: String(template),
      section: text(section) ?? "",
    }));
  } catch (error) {
    if (error instanceof AppError) return [];
    throw error;
  }
}

/** Those of the same system, else the plain ones. */
function offerText(offers: readonly Offer[], wanted: string): string {
  const [system = ""] = wanted.toLowerCase().split(/[^a-z]/);
  const alike = offers.filter(({ template }) => system !== "" && template.startsWith(system));
  const plain = offers.filter(({ section }) => section === "system");
  const names = (alike.length > 0 ? alike : plain).map(({ template }) => template).sort();
  if (names.length === 0) return "with pull: true an image of a registry is fetched";
  const near = wanted === "" ? null : nearest(wanted, names);
  return `with pull: true Proxmox fetches: ${listed(names)}${meantText(near)}`;
}

async function pullOffer(
  pve: Pve,
  node: string,
  { template, wanted, timeout_seconds }: Wish & Offer & { wanted: string | undefined },
): Promise<string> {
  const storage = await storageFor(pve, node, wanted);
  const upid = await pve.step(() =>
    pve.post("/nodes/{node}/aplinfo", { node }, { storage, template })
  );
  await pve.finished(upid, { timeout_seconds });
  return `${storage}:${CONTENT}/${template}`;
}

async function pullImage(
  pve: Pve,
  node: string,
  { name, file, timeout_seconds }: Wish & { name: string; file: string },
): Promise<string> {
  const storage = await storageFor(pve, node, undefined);
  const at = { node, storage };
  const path = "/nodes/{node}/storage/{storage}/oci-registry-pull";
  try {
    const upid = await pve.step(() => pve.post(path, at, { reference: name }));
    await pve.finished(upid, { timeout_seconds });
  } catch (error) {
    if (!isKind(error, "not_offered")) throw error;
    throw error.withMessage("this Proxmox does not pull OCI images: that takes version 9.1");
  }
  return `${storage}:${CONTENT}/${file}`;
}

async function storageFor(pve: Pve, node: string, wanted: string | undefined): Promise<string> {
  pve.assertUnlimited();
  return (await chooseStorage(pve, node, { wanted, content: CONTENT, sizeGib: 1 })).storage;
}
