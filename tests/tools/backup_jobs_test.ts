import { BACKUP_JOBS } from "./cases/backup_jobs.ts";
import { testTools } from "./harness.ts";

testTools(BACKUP_JOBS);
