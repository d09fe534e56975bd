import { runAccountCases } from "./conformance_accounts.ts";
import { runAuditCases } from "./conformance_audit.ts";
import { runChangeCases } from "./conformance_changes.ts";
import { runClusterCases } from "./conformance_clusters.ts";
import { runFormatCases } from "./conformance_formats.ts";
import { runHistoryCases } from "./conformance_history.ts";
import { runKeyCases } from "./conformance_keys.ts";
import { runMigrationCases } from "./conformance_migrations.ts";
import { runPasskeyCases } from "./conformance_passkeys.ts";
import { runRehearsalCases } from "./conformance_rehearsals.ts";
import { runProxmoxTokenCases } from "./conformance_proxmox_tokens.ts";
import { runPlanCases } from "./conformance_plans.ts";
import { runSchemaCases } from "./conformance_schema.ts";
import { runSpentCases } from "./conformance_spent.ts";
import { runTogetherCases } from "./conformance_together.ts";
import type { Site } from "./site.ts";

/** Registers every case that a store must pass, on databases that `makeSite` makes one by one. */
export function runStoreCases(name: string, makeSite: () => Promise<Site>): void {
  runSchemaCases(name, makeSite);
  runMigrationCases(name, makeSite);
  runAccountCases(name, makeSite);
  runChangeCases(name, makeSite);
  runAuditCases(name, makeSite);
  runFormatCases(name, makeSite);
  runSpentCases(name, makeSite);
  runHistoryCases(name, makeSite);
  runKeyCases(name, makeSite);
  runRehearsalCases(name, makeSite);
  runPlanCases(name, makeSite);
  runPasskeyCases(name, makeSite);
  runProxmoxTokenCases(name, makeSite);
  runClusterCases(name, makeSite);
  runTogetherCases(name, makeSite);
}
