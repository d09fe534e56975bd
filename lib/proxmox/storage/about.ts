import type { Volume } from "./volumes.ts";

/** A volume as a person is shown it who must decide about it. */
export function volumeText(volume: Volume): string {
  const { volid, node, content, vmid, time, size_bytes } = volume;
  const facts = [
    content ?? "of unknown content",
    vmid === undefined ? [] : `of guest ${vmid}`,
    time === undefined ? [] : `made ${time}`,
    size_bytes === undefined ? [] : `${Math.ceil(size_bytes / 1024 ** 2)} MiB`,
    volume.protected ? "protected" : [],
  ].flat();
  return `${volid} on node ${node}: ${facts.join(", ")}`;
}
