import "../e2e/clients_test.ts";
