import "../e2e/compile_test.ts";
import "../e2e/guide_test.ts";
import "../e2e/package_test.ts";
import "../e2e/documents_roles_test.ts";
import "../e2e/documents_test.ts";
import "../e2e/documents_text_test.ts";
import "../e2e/troubleshooting_test.ts";
