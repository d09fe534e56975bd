import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { firstPlace } from "../lib/proxmox/storage/places.ts";
import { readVolumes } from "../lib/proxmox/storage/volumes.ts";
import { nodeName, storageId, taskResult, waiting } from "../lib/tool/fields.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "download_image",
  title: "Download image",
  description: "Makes a node download an ISO image, container template or disk image to a storage.",
  scope: "admin",
  toolsets: ["storage"],
  hints: { ...CHANGES, openWorldHint: true },
  subject: "cluster",
  // Sys.Audit and Sys.Modify on / do as well as the latter: more than anybody needs.
  privileges: [
    ["/storage/{storage}", "Datastore.AllocateTemplate"],
    ["/nodes/{node}", "Sys.AccessNetwork"],
  ],
  input: z.strictObject({
    url: z.url({ protocol: /^https?$/ }).max(2000),
    storage: storageId,
    node: nodeName.optional().describe("Default: any with the storage"),
    content: z.enum(["iso", "vztmpl", "import"]).default("iso"),
    filename: z.string().max(255).regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "must be a file name")
      .optional().describe("Default: the URL's last part"),
    checksum: z.string().regex(/^[0-9a-fA-F]{32,128}$/, "must be hexadecimal").optional(),
    checksum_algorithm: z.enum(["md5", "sha1", "sha224", "sha256", "sha384", "sha512"])
      .default("sha256"),
    verify_certificates: z.boolean().default(true),
    ...waiting,
  }),
  output: z.object({
    ...taskResult,
    volid: z.string().optional(),
    node: z.string().optional(),
  }),
  action: ({ storage }) => `download the image to ${storage}`,
  run: async (input, { pve }) => {
    const { content, url } = input;
    const { node, storage, filename } = await requireFreeName(pve, input);
    const upid = await pve.post("/nodes/{node}/storage/{storage}/download-url", { node, storage }, {
      url,
      content,
      filename,
      checksum: input.checksum,
      "checksum-algorithm": input.checksum === undefined ? undefined : input.checksum_algorithm,
      "verify-certificates": input.verify_certificates,
    });
    const task = await pve.task(upid, input);
    return { ...task, volid: `${storage}:${content}/${filename}`, node };
  },
});

/**
 * Chooses node and file name of a new image and requires that the name is free there.
 *
 * @throws AppError `invalid` when the URL's last part is no file name
 */
async function requireFreeName(
  pve: Pve,
  input: {
    readonly url: string;
    readonly storage: string;
    readonly content: string;
    readonly node?: string | undefined;
    readonly filename?: string | undefined;
  },
) {
  const path = new URL(input.url).pathname.split("/").at(-1) ?? "";
  // What Ubuntu calls .img is qcow2; to import it Proxmox wants that as its extension.
  const last = input.content === "import" ? path.replace(/\.img$/i, ".qcow2") : path;
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
