import { ACCOUNTS } from "./0001_accounts.ts";
import { AUDIT_TRAIL } from "./0002_audit_trail.ts";
import { TOKEN_LIMITS } from "./0003_token_limits.ts";
import { SHARED_RATES } from "./0004_shared_rates.ts";
import { AUDIT_FORMAT } from "./0005_audit_format.ts";
import { SHARED_STATE } from "./0006_shared_state.ts";
import { AUDIT_TRUTH } from "./0007_audit_truth.ts";
import { RUNNING_CHANGES } from "./0008_running_changes.ts";
import { HALT } from "./0009_halt.ts";
import { APPROVAL } from "./0010_approval.ts";
import { TOKEN_TOOLSETS } from "./0011_token_toolsets.ts";
import { REHEARSALS } from "./0012_rehearsals.ts";
import { HISTORY } from "./0013_history.ts";
import { SIGN_INS } from "./0014_sign_ins.ts";
import { USER_PROXMOX_TOKENS } from "./0015_user_proxmox_tokens.ts";
import { LINK_GROUPS } from "./0016_link_groups.ts";
import { OAUTH } from "./0017_oauth.ts";
import { PASSKEYS } from "./0018_passkeys.ts";
import { LET_IN_BY } from "./0019_let_in_by.ts";
import { CLUSTERS } from "./0020_clusters.ts";
import { CLUSTER_OF_CALLS } from "./0021_cluster_of_calls.ts";
import type { Migration } from "./migration.ts";

/** Every step of the schema in order; a new one goes to the end. */
export const MIGRATIONS: readonly Migration[] = [
  ACCOUNTS,
  AUDIT_TRAIL,
  TOKEN_LIMITS,
  SHARED_RATES,
  AUDIT_FORMAT,
  SHARED_STATE,
  AUDIT_TRUTH,
  RUNNING_CHANGES,
  HALT,
  APPROVAL,
  TOKEN_TOOLSETS,
  REHEARSALS,
  HISTORY,
  SIGN_INS,
  USER_PROXMOX_TOKENS,
  LINK_GROUPS,
  OAUTH,
  PASSKEYS,
  LET_IN_BY,
  CLUSTERS,
  CLUSTER_OF_CALLS,
];
