import "../contract/pitfalls_test.ts";
import "../e2e/abuse_test.ts";
import "../e2e/audit_test.ts";
import "../e2e/authentication_test.ts";
import "../e2e/confirmation_test.ts";
import "../e2e/hangups_test.ts";
import "../e2e/reach_test.ts";
import "../e2e/transports_test.ts";
