import type { Advice } from "../proxmox/advice.ts";
import { type ToolName, TOOLS } from "./tools.ts";

/** Which tool leads on from a message. */
export const ADVICE: Advice = {
  backups: see("get_backups"),
  command: use("execute_vm_command"),
  containers: `${use("start_container")}, update_container and their like`,
  firewall: use("set_firewall_options"),
  firewall_rules: see("get_firewall_rules"),
  guest: see("get_guest"),
  guests: see("find_guests"),
  jobs: see("get_backup_jobs"),
  ha: use("add_ha_resource"),
  ha_error: `${use("update_ha_resource")} with state: disabled, then with state: started`,
  images: `${use("download_image")} with content: import`,
  nodes: see("get_nodes"),
  paths: see("search_api"),
  pools: see("get_pools"),
  quorum: see("get_cluster_status"),
  read_file: use("read_guest_file"),
  restart_container: use("reboot_container"),
  restart_vm: use("reboot_vm"),
  rehearsals: see("get_rehearsals"),
  revert: `${use("update_vm")} or update_container with revert: true to take it back`,
  storages: see("get_storage"),
  task: see("get_task"),
  vms: `${use("start_vm")}, update_vm and their like`,
  volumes: see("get_storage_content"),
  wait: use("wait_task"),
  write_file: use("write_guest_file"),
};

/** What does the same to a guest of the other type; nothing where no tool does. */
export function forOtherType(tool: string): string | undefined {
  const name = tool.replace(
    /_(vm|container)(?=_|$)/,
    (_, type) => type === "vm" ? "_container" : "_vm",
  );
  return TOOLS.some((other) => other.name === name && name !== tool) ? `use ${name}` : undefined;
}

function see(...tools: ToolName[]): string {
  return `see ${tools.join(" and ")}`;
}

function use(tool: ToolName): string {
  return `use ${tool}`;
}
