import { clip } from "../clip.ts";
import type { Reader } from "../kept_reader.ts";

const MOST_LINES = 200;

/** Reads a node's network, for which Proxmox takes the file that waits for being applied, if there is one. */
export async function readNetwork(pve: Reader, node: string) {
  const { changes = "", rows } = await pve.page("/nodes/{node}/network", { node });
  const lines = changes.split("\n").filter((line) => line !== "");
  const left = lines.length - MOST_LINES;
  return {
    rows,
    /** Lines of the difference from what is in use to what is written; none where all is applied. */
    unapplied: [
      ...lines.slice(0, MOST_LINES).map((line) => clip(line)),
      ...(left > 0 ? [`and ${left} more lines`] : []),
    ],
  };
}
