import type { Fault, FaultMatch } from "../../fake_pve.ts";
import { makeCertificate } from "../../fake_pve/certificate.ts";
import type { Site } from "../../site.ts";

/** Something that goes wrong between the program and Proxmox, or in Proxmox. */
export interface ProxmoxFault {
  /** Begins it where the call is struck; the function that it returns ends it. */
  begin(site: Site, strikes: FaultMatch): Undo | Promise<Undo>;
  /** What the answer tells, where it fails. */
  readonly says?: RegExp;
  /** What it strikes whatever the call is. */
  readonly strikes?: FaultMatch;
  /** True when only a deadline ends the call. */
  readonly endless?: boolean;
}

type Undo = () => void | Promise<void>;

/** Where redirects lead. */
export interface Elsewhere {
  readonly url: string;
}

const SECRET = "hunter2hunter2";
const HTML = { "content-type": "text/html; charset=utf-8" };
const PAGE = `<!DOCTYPE html>\n<html><head><title>Log in</title></head><body>
<form><input name="password" value="${SECRET}"></form></body></html>`;
const GATEWAY_PAGE = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n</html>\r\n";
const NEVER: Undo = () => {};

/** Every matching request is answered so. */
function answers(what: Fault, rest: Omit<ProxmoxFault, "begin"> = {}): ProxmoxFault {
  return {
    begin: ({ fake }, strikes) => fake.fault(strikes, what, { times: Infinity }),
    ...rest,
  };
}

function body(data: unknown, rest: Omit<ProxmoxFault, "begin"> = {}): ProxmoxFault {
  return raw({ body: JSON.stringify(data) }, rest);
}

function raw(
  { headers = {}, ...fault }: Omit<Extract<Fault, { kind: "raw" }>, "kind">,
  rest: Omit<ProxmoxFault, "begin"> = {},
): ProxmoxFault {
  const type = { "content-type": "application/json;charset=UTF-8" };
  return answers({ kind: "raw", ...fault, headers: { ...type, ...headers } }, rest);
}

function status(
  code: number,
  rest: Omit<ProxmoxFault, "begin"> & { message?: string; errors?: Record<string, string> } = {},
): ProxmoxFault {
  const { message, errors, ...others } = rest;
  return answers({
    kind: "status",
    status: code,
    ...(message === undefined ? {} : { message }),
    ...(errors ? { errors } : {}),
  }, others);
}

/** A task's end that the simulator gives to the next task. */
function ends(exit: string, rest: Omit<ProxmoxFault, "begin"> = {}): ProxmoxFault {
  return {
    begin: ({ fake }) => {
      fake.state.outcomes.push({ exit });
      return NEVER;
    },
    ...rest,
  };
}

/** The faults by the names that they have in the table. */
export async function proxmoxFaults({ url }: Elsewhere): Promise<Record<string, ProxmoxFault>> {
  return {
    "connection refused": {
      begin: async ({ fake }) => {
        await fake.unplug();
        return () => fake.plug();
      },
      says: /cannot reach Proxmox at 127\.0\.0\.1:\d+/,
    },
    "another certificate": { begin: impostor, says: /cannot trust the certificate/ },
    "no answer": answers({ kind: "hang" }, { endless: true, says: /did not answer/ }),
    "half an answer, then nothing": answers({ kind: "stall" }, {
      endless: true,
      says: /did not answer/,
    }),
    "an answer that never ends": answers({ kind: "drip" }, {
      endless: true,
      says: /did not answer/,
    }),
    "closed before it is read": answers({ kind: "drop_before" }, { says: /cannot reach Proxmox/ }),
    "closed after it is done": answers({ kind: "drop" }, { says: /cannot reach Proxmox/ }),
    "closed once when it is done": {
      begin: ({ fake }, strikes) => fake.fault(strikes, { kind: "drop" }),
      says: /cannot reach Proxmox|does not exist/,
    },
    "reset in the body": answers({ kind: "reset" }, { says: /cannot reach Proxmox/ }),
    "JSON that is cut off": answers({ kind: "truncate" }, { says: /cut off or is not JSON/ }),
    "a login page": raw({ body: PAGE, headers: HTML }, { says: /not JSON/ }),
    "data: null": body({ data: null }),
    "no data": body({ error: "who are you?" }, { says: /holds no data/ }),
    "no object": body(null, { says: /holds no data/ }),
    "data of other types": body({ data: [{ id: 7, type: [], vmid: {}, status: 1 }, null, "x"] }),
    "200 with errors": answers({
      kind: "body",
      body: JSON.stringify({ data: null, errors: { memory: "too much" }, message: "no" }),
    }, { says: /memory: too much/ }),
    "status 400": status(400, {
      message: "Parameter verification failed.",
      errors: { memory: "value must be less" },
      says: /memory: value must be less/,
    }),
    "status 401": status(401, { says: /rejected the API token root@pam!mcp.*auth\.token_value/ }),
    "status 403": status(403, {
      message: "Permission check failed (/vms/101, VM.PowerMgmt)",
      says: /lacks the privilege VM\.PowerMgmt on \/vms\/101/,
    }),
    "status 404 of a proxy": raw({ status: 404, reason: "Not Found", body: PAGE, headers: HTML }),
    "status 500": status(500, { message: "something broke", says: /something broke/ }),
    "status 500, told in the status line": raw({
      status: 500,
      reason: "VM is locked (backup)",
      body: "",
    }, { says: /VM is locked|no reason/ }),
    "status 501": status(501),
    "status 502 once": {
      begin: ({ fake }, strikes) => fake.fault(strikes, { kind: "status", status: 502 }),
      says: /502, bad gateway/,
    },
    "status 502 of a proxy": raw({
      status: 502,
      reason: "Bad Gateway",
      body: GATEWAY_PAGE,
      headers: HTML,
    }, { says: /502, bad gateway/ }),
    "status 503": status(503, { says: /503, service unavailable/ }),
    "status 504": status(504, { says: /504, gateway timeout/ }),
    "status 595": status(595, { says: /595, the node cannot be reached|pve1 does not answer/ }),
    "status 596": status(596, { says: /596, the connection between|pve1 does not answer/ }),
    "status 599": status(599, { says: /599, too many|pve1 does not answer/ }),
    "redirect within": raw({ status: 301, headers: { location: "/elsewhere" } }, {
      says: /redirect \(301\)/,
    }),
    "redirect to elsewhere": raw({ status: 302, headers: { location: url } }, {
      says: /redirect \(302\)/,
    }),
    "redirect of a body": raw({ status: 307, headers: { location: url } }, {
      says: /redirect \(307\)/,
    }),
    "28 MiB": raw({ body: new Uint8Array(28 * 1024 * 1024).fill(0x20) }, { says: /than 8 MiB/ }),
    "a gzip bomb": raw({ body: await bomb(), headers: { "content-encoding": "gzip" } }, {
      says: /than 8 MiB|not JSON/,
    }),
    "gzip that is none": raw({ headers: { "content-encoding": "gzip" } }),
    "200 KiB of headers": raw({ headers: { "x-long": "x".repeat(200 * 1024) } }),
    "headers that contradict": raw({
      body: '{"data":[]}',
      headers: { "content-type": ["text/html", "application/json"], "content-length": ["3", "11"] },
    }),
    "the task has gone": status(400, {
      message: "Parameter verification failed.",
      errors: { upid: "no such task" },
      says: /no such task/,
    }),
    "the task's log hangs": answers({ kind: "hang" }, {
      strikes: { path: /\/log$/ },
      endless: true,
    }),
    "what is pending cannot be read": status(503, { strikes: { path: /\/pending$/ } }),
    "the task fails": ends("start failed: QEMU exited with code 1", { says: /QEMU exited/ }),
    "the task has warnings": ends("WARNINGS: 3"),
    "the task ends in no known way": ends("unexpected status", { says: /unexpected status/ }),
  };
}

/** Another server in the place of Proxmox, which has a certificate of a CA of the same name. */
async function impostor({ fake }: Site): Promise<Undo> {
  await fake.unplug();
  const { certPem: cert, keyPem: key } = makeCertificate("pve1");
  const options = { hostname: "127.0.0.1", port: fake.port, cert, key, onListen: () => {} };
  const server = Deno.serve(options, () => Response.json({ data: "taken in" }));
  return async () => {
    await server.shutdown();
    await fake.plug();
  };
}

/** 64 MiB of spaces in 64 KiB. */
async function bomb(): Promise<Uint8Array<ArrayBuffer>> {
  const spaces = new Blob([new Uint8Array(64 * 1024 * 1024).fill(0x20)]).stream();
  return await new Response(spaces.pipeThrough(new CompressionStream("gzip"))).bytes();
}
