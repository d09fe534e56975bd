import assert from "node:assert/strict";
import { failureOf, reasonFailure } from "../../lib/proxmox/api/errors.ts";

function failure(status: number, body: unknown, change = false) {
  return failureOf({
    status,
    body: typeof body === "string" ? body : JSON.stringify(body),
    change,
    tokenId: "root@pam!mcp",
  });
}

Deno.test("failureOf reads Proxmox's reasons", () => {
  const cases: [number, unknown, string, RegExp][] = [
    [401, "", "unavailable", /rejected the API token root@pam!mcp/],
    [
      403,
      { message: "Permission check failed (/vms/100, VM.PowerMgmt)\n" },
      "forbidden",
      /lacks the privilege VM\.PowerMgmt on \/vms\/100/,
    ],
    [403, { message: "Permission check failed\n" }, "forbidden", /Permission check failed/],
    [
      400,
      {
        message: "Parameter verification failed.\n",
        errors: { vmid: "invalid format\n", foo: "no" },
      },
      "invalid",
      /vmid: invalid format; foo: no/,
    ],
    [
      400,
      { message: "Parameter verification failed.\n", errors: { upid: "no such task" } },
      "not_found",
      /no such task/,
    ],
    [
      500,
      { message: "Configuration file 'nodes/pve1/qemu-server/999.conf' does not exist\n" },
      "not_found",
      /does not exist$/,
    ],
    [500, { message: "storage 'x' does not exist\n" }, "not_found", /storage 'x'/],
    [
      500,
      { message: "hostname lookup 'pve9' failed - failed to get address info\n" },
      "unavailable",
      /^hostname lookup 'pve9' failed/,
    ],
    [500, { message: "VM is locked (snapshot)\n" }, "conflict", /locked \(snapshot\)/],
    [
      500,
      { message: "can't lock file '/var/lock/x' - got timeout\n" },
      "conflict",
      /can't lock file/,
    ],
    [
      500,
      { message: "checksum mismatch (file change by other user?)\n" },
      "conflict",
      /read it again/,
    ],
    [500, { message: "cluster not ready - no quorum?\n" }, "unavailable", /no quorum/],
    [
      500,
      { message: "unable to open file '/etc/pve/nodes/a.conf.tmp' - Permission denied\n" },
      "unavailable",
      /Permission denied$/,
    ],
    [
      500,
      { message: "QEMU guest agent is not running\n" },
      "unavailable",
      /install qemu-guest-agent/,
    ],
    [
      500,
      { message: "No QEMU guest agent configured\n" },
      "unavailable",
      /install qemu-guest-agent/,
    ],
    [
      500,
      { message: "VM 100 qmp command 'guest-ping' failed - got timeout\n" },
      "unavailable",
      /got timeout$/,
    ],
    [500, { message: "storage 'nas' is not online\n" }, "unavailable", /is not online$/],
    [
      400,
      {
        message: "Parameter verification failed.\n",
        errors: {
          count:
            "property is not defined in schema and the schema does not allow additional properties",
        },
      },
      "invalid",
      /count: property is not defined/,
    ],
    [500, "malformed JSON string at line 1\nmore", "internal", /^malformed JSON string at line 1$/],
    [500, "", "internal", /status 500 and no reason/],
    [501, { message: "Method 'GET /x' not implemented" }, "unavailable", /not implemented/],
    [595, "", "unavailable", /595, the node cannot be reached/],
    [596, "", "unavailable", /596/],
    [599, "", "unavailable", /599/],
    [302, "", "unavailable", /redirect/],
  ];
  for (const [status, body, code, message] of cases) {
    const error = failure(status, body);
    assert.equal(error.code, code, `${status} ${JSON.stringify(body)}`);
    assert.match(error.message, message);
  }
});

Deno.test("failureOf says when the outcome of a change is unknown", () => {
  assert.match(failure(596, "", true).message, /whether the change was made is unknown/);
  assert.doesNotMatch(failure(595, "", true).message, /unknown/);
  assert.doesNotMatch(failure(596, "", false).message, /unknown/);
});

Deno.test("reasonFailure gives task failures their codes", () => {
  assert.equal(reasonFailure("VM 150 already running").code, "conflict");
  assert.equal(reasonFailure("snapshot 'nosuch' does not exist").code, "not_found");
});

Deno.test("failureOf takes the status line's reason where the body has none", () => {
  const reasonOf = (status: number, reason: string, body = '{"data":null}') =>
    failureOf({ status, body, reason, change: false, tokenId: "root@pam!mcp" });
  const missing = reasonOf(500, "Configuration file 'nodes/pve1/lxc/9.conf' does not exist");
  assert.equal(missing.code, "not_found");
  assert.match(missing.message, /^Configuration file /);
  const denied = reasonOf(403, "Permission check failed (/vms/100, VM.Audit)");
  assert.match(denied.message, /lacks the privilege VM\.Audit on \/vms\/100/);
  assert.match(reasonOf(595, "No route to host", "").message, /No route to host/);
  assert.match(reasonOf(401, "No ticket", "").message, /\(No ticket\)/);
  const general = reasonOf(500, "Internal Server Error");
  assert.match(general.message, /status 500 and no reason \(.*proxmox\.fingerprint/);
  assert.match(
    reasonOf(500, "from the line", '{"message":"from the body"}').message,
    /^from the body$/,
  );
});
