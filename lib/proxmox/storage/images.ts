import { AppError } from "../../errors.ts";
import type { Pve } from "../pve.ts";
import { firstPlace, readVolumes } from "./volumes.ts";

/** Where an image will be put, and under which name. */
export interface ImagePlace {
  readonly node: string;
  readonly storage: string;
  readonly filename: string;
}

/**
 * Chooses node and file name of a new image and requires that the name is free there.
 *
 * @throws AppError `invalid` when the URL's last part is no file name
 */
export async function requireFreeName(
  pve: Pve,
  input: {
    readonly url: string;
    readonly storage: string;
    readonly content: string;
    readonly node?: string | undefined;
    readonly filename?: string | undefined;
  },
): Promise<ImagePlace> {
  const last = new URL(input.url).pathname.split("/").at(-1) ?? "";
  // Proxmox does the same to what it gets.
  const filename = (input.filename ?? last).replaceAll(/[^-A-Za-z0-9_.]/g, "_");
  if (!/^[A-Za-z0-9]/.test(filename)) {
    throw new AppError("invalid", "the URL's last part is no file name; give filename");
  }
  const { content } = input;
  const { storage, node } = await firstPlace(pve, {
    storage: input.storage,
    node: input.node,
    content,
  });
  const { volumes } = await readVolumes(pve, { storage, node, content });
  const volid = `${storage}:${content}/${filename}`;
  pve.check(
    "the name is free",
    !volumes.some((volume) => volume.volid === volid),
    `${volid} exists already`,
  );
  return { node, storage, filename };
}
