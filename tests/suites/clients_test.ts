import "../e2e/clients_sign_in_test.ts";
import "../e2e/clients_test.ts";
