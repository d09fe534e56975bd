import { bodyForRecord } from "../fake_pve/body.ts";
import type { ServerCertificate } from "../fake_pve/certificate.ts";
import type { Answer, Incoming } from "../fake_pve/dispatch.ts";
import type { Fault } from "../fake_pve/faults.ts";
import { type FakeRequest, FakeServer } from "../fake_pve/https.ts";
import { decodeForm } from "./body.ts";
import { dispatch, type Served } from "./dispatch.ts";

/** A Proxmox Backup Server behind HTTPS. */
export class PbsServer extends FakeServer {
  protected override readonly headers = {};
  readonly #served: Served;

  constructor(served: Served, certificate: ServerCertificate) {
    super(certificate);
    this.#served = served;
  }

  /** Of all compressions it knows one. */
  protected override respond(incoming: Incoming): Answer {
    const answer = dispatch(this.#served, incoming);
    const deflated = answer.status === 200 &&
      /\bdeflate\b/.test(String(incoming.headers["accept-encoding"]));
    return { ...answer, deflated };
  }

  protected override recordOf({ body, headers, method, url }: Incoming): FakeRequest {
    const [path = "", query = ""] = url.split("?");
    const given = Object.entries(decodeForm(query));
    return {
      method,
      path: path.replace(/^\/api2\/json/, ""),
      query: Object.fromEntries(given.map(([name, value]) => [name, String(value)])),
      body: bodyForRecord(headers["content-type"], body),
      authorized: false,
      token: /^PBSAPIToken[= ]([^:]*)/.exec(headers.authorization ?? "")?.[1] ?? "",
      status: 0,
    };
  }

  /** Errors are plain text, whatever their Content-Type says. */
  protected override spoiled(fault: Extract<Fault, { kind: "status" }>): Answer {
    const { message, reason = "Error", status } = fault;
    return {
      status,
      reason,
      type: "application/json;charset=UTF-8",
      body: message ?? reason,
      authorized: status !== 401,
    };
  }
}
