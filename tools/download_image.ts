import * as z from "zod";
import { nodeName, storageId, taskResult, waiting } from "../lib/tool/fields.ts";
import { requireFreeName } from "../lib/proxmox/storage/images.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "download_image",
  title: "Download image",
  description: "Makes a node download an ISO image, container template or disk image to a storage.",
  scope: "admin",
  hints: { ...CHANGES, openWorldHint: true },
  subject: "cluster",
  privileges: [["/storage/{storage}", "Datastore.AllocateTemplate"], [
    "/nodes/{node}",
    "Sys.AccessNetwork",
    "Sys.Modify",
  ]],
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
