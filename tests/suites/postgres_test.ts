import "../auth/postgres_connection_test.ts";
import "../auth/postgres_django_test.ts";
import "../auth/postgres_outage_test.ts";
import "../auth/store_postgres_test.ts";
import "../e2e/accounts_postgres_test.ts";
import "../e2e/audit_kill_test.ts";
import "../e2e/forms_test.ts";
import "../e2e/instances_test.ts";
