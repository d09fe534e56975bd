import type { AnyTool } from "../lib/tool.ts";
import bulk_power from "./bulk_power.ts";
import call_api from "./call_api.ts";
import change_api from "./change_api.ts";
import clone_guest from "./clone_guest.ts";
import convert_to_template from "./convert_to_template.ts";
import create_backup from "./create_backup.ts";
import create_container from "./create_container.ts";
import create_snapshot from "./create_snapshot.ts";
import create_vm from "./create_vm.ts";
import delete_backup from "./delete_backup.ts";
import delete_container from "./delete_container.ts";
import delete_snapshot from "./delete_snapshot.ts";
import delete_vm from "./delete_vm.ts";
import delete_volume from "./delete_volume.ts";
import describe_api from "./describe_api.ts";
import download_image from "./download_image.ts";
import execute_vm_command from "./execute_vm_command.ts";
import find_guests from "./find_guests.ts";
import get_attention from "./get_attention.ts";
import get_backup_coverage from "./get_backup_coverage.ts";
import get_backup_jobs from "./get_backup_jobs.ts";
import get_backups from "./get_backups.ts";
import get_ceph_status from "./get_ceph_status.ts";
import get_certificates from "./get_certificates.ts";
import get_cluster_log from "./get_cluster_log.ts";
import get_cluster_status from "./get_cluster_status.ts";
import get_containers from "./get_containers.ts";
import get_disks from "./get_disks.ts";
import get_firewall_rules from "./get_firewall_rules.ts";
import get_guest from "./get_guest.ts";
import get_guest_config from "./get_guest_config.ts";
import get_guest_ips from "./get_guest_ips.ts";
import get_ha_status from "./get_ha_status.ts";
import get_metrics from "./get_metrics.ts";
import get_network from "./get_network.ts";
import get_next_vmid from "./get_next_vmid.ts";
import get_node_status from "./get_node_status.ts";
import get_nodes from "./get_nodes.ts";
import get_pools from "./get_pools.ts";
import get_replication from "./get_replication.ts";
import get_sdn from "./get_sdn.ts";
import get_snapshots from "./get_snapshots.ts";
import get_storage from "./get_storage.ts";
import get_storage_content from "./get_storage_content.ts";
import get_task from "./get_task.ts";
import get_tasks from "./get_tasks.ts";
import get_updates from "./get_updates.ts";
import get_users_and_permissions from "./get_users_and_permissions.ts";
import get_vm_usage from "./get_vm_usage.ts";
import get_vms from "./get_vms.ts";
import health from "./health.ts";
import migrate_guest from "./migrate_guest.ts";
import move_disk from "./move_disk.ts";
import read_guest_file from "./read_guest_file.ts";
import reboot_container from "./reboot_container.ts";
import reboot_vm from "./reboot_vm.ts";
import reset_vm from "./reset_vm.ts";
import resize_disk from "./resize_disk.ts";
import restore_backup from "./restore_backup.ts";
import resume_vm from "./resume_vm.ts";
import rollback_snapshot from "./rollback_snapshot.ts";
import search_api from "./search_api.ts";
import set_cloud_init from "./set_cloud_init.ts";
import set_guest_notes from "./set_guest_notes.ts";
import set_guest_tags from "./set_guest_tags.ts";
import shutdown_container from "./shutdown_container.ts";
import shutdown_vm from "./shutdown_vm.ts";
import start_container from "./start_container.ts";
import start_vm from "./start_vm.ts";
import stop_container from "./stop_container.ts";
import stop_task from "./stop_task.ts";
import stop_vm from "./stop_vm.ts";
import suspend_vm from "./suspend_vm.ts";
import update_container from "./update_container.ts";
import update_vm from "./update_vm.ts";
import wait_task from "./wait_task.ts";
import write_guest_file from "./write_guest_file.ts";

/** Every tool, sorted by name. */
export const tools: readonly AnyTool[] = [
  bulk_power,
  call_api,
  change_api,
  clone_guest,
  convert_to_template,
  create_backup,
  create_container,
  create_snapshot,
  create_vm,
  delete_backup,
  delete_container,
  delete_snapshot,
  delete_vm,
  delete_volume,
  describe_api,
  download_image,
  execute_vm_command,
  find_guests,
  get_attention,
  get_backup_coverage,
  get_backup_jobs,
  get_backups,
  get_ceph_status,
  get_certificates,
  get_cluster_log,
  get_cluster_status,
  get_containers,
  get_disks,
  get_firewall_rules,
  get_guest,
  get_guest_config,
  get_guest_ips,
  get_ha_status,
  get_metrics,
  get_network,
  get_next_vmid,
  get_node_status,
  get_nodes,
  get_pools,
  get_replication,
  get_sdn,
  get_snapshots,
  get_storage,
  get_storage_content,
  get_task,
  get_tasks,
  get_updates,
  get_users_and_permissions,
  get_vm_usage,
  get_vms,
  health,
  migrate_guest,
  move_disk,
  read_guest_file,
  reboot_container,
  reboot_vm,
  reset_vm,
  resize_disk,
  restore_backup,
  resume_vm,
  rollback_snapshot,
  search_api,
  set_cloud_init,
  set_guest_notes,
  set_guest_tags,
  shutdown_container,
  shutdown_vm,
  start_container,
  start_vm,
  stop_container,
  stop_task,
  stop_vm,
  suspend_vm,
  update_container,
  update_vm,
  wait_task,
  write_guest_file,
];
