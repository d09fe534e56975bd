import type { Client } from "../api/client.ts";
import { apiPath } from "../../upstream/path.ts";
import type { DirectoryOptions } from "./guest_directory.ts";

const RESOURCES = apiPath("/cluster/resources");
const STATUS = "/nodes/{node}/{type}/{vmid}/status/current";

/** What the directory of guests reads, from Proxmox. */
export function guestLoaders(client: Client): Pick<DirectoryOptions, "load" | "loadGuest"> {
  return {
    load: async (asker) =>
      (await (asker ? client.request("GET", RESOURCES, asker) : client.read("/cluster/resources")))
        .data,
    loadGuest: async ({ node, type, vmid }, asker) =>
      (await client.request("GET", apiPath(STATUS, { node, type, vmid }), asker)).data,
  };
}
