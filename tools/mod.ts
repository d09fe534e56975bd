import type { AnyTool } from "../lib/tool.ts";
import create_snapshot from "./create_snapshot.ts";
import create_vm from "./create_vm.ts";
import delete_vm from "./delete_vm.ts";
import execute_vm_command from "./execute_vm_command.ts";
import get_cluster_status from "./get_cluster_status.ts";
import get_containers from "./get_containers.ts";
import get_node_status from "./get_node_status.ts";
import get_nodes from "./get_nodes.ts";
import get_storage from "./get_storage.ts";
import get_vm_usage from "./get_vm_usage.ts";
import get_vms from "./get_vms.ts";
import health from "./health.ts";
import reset_vm from "./reset_vm.ts";
import rollback_snapshot from "./rollback_snapshot.ts";
import shutdown_vm from "./shutdown_vm.ts";
import start_vm from "./start_vm.ts";
import stop_vm from "./stop_vm.ts";
import update_vm from "./update_vm.ts";

/** Every tool, sorted by name. */
export const tools: readonly AnyTool[] = [
  create_snapshot,
  create_vm,
  delete_vm,
  execute_vm_command,
  get_cluster_status,
  get_containers,
  get_node_status,
  get_nodes,
  get_storage,
  get_vm_usage,
  get_vms,
  health,
  reset_vm,
  rollback_snapshot,
  shutdown_vm,
  start_vm,
  stop_vm,
  update_vm,
];
