import type { FakePbs, FakeSnapshot, PbsTokenKind } from "../fake_pbs.ts";

export interface Answered {
  status: number;
  text: string;
  /** Of a JSON answer. */
  // deno-lint-ignore no-explicit-any
  data: any;
}

export interface Asking {
  as?: PbsTokenKind;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Asks a simulated backup server, as `GET /version`; a body goes as JSON. */
export async function ask(pbs: FakePbs, line: string, asking: Asking = {}): Promise<Answered> {
  const { as = "admin", body, headers } = asking;
  const [method = "GET", path = "/"] = line.split(" ");
  const { name, user, value } = pbs.tokenFor(as);
  const client = Deno.createHttpClient({ caCerts: [pbs.caPem] });
  const response = await fetch(`${pbs.url}/api2/json${path}`, {
    client,
    method,
    headers: {
      authorization: `PBSAPIToken=${user}!${name}:${value}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  client.close();
  const json = response.status === 200 && text.startsWith("{");
  return { status: response.status, text, data: json ? JSON.parse(text).data : undefined };
}

/** Starts a task and waits for its end; gives how it ended and its log. */
export async function finish(
  pbs: FakePbs,
  line: string,
  body: unknown = {},
): Promise<{ exit: string; log: string[] }> {
  const { data: upid, text } = await ask(pbs, line, { body });
  if (typeof upid !== "string") throw new Error(`no task was started: ${text}`);
  const path = `/nodes/localhost/tasks/${encodeURIComponent(upid)}`;
  pbs.finishTasks(upid);
  const { data: status } = await ask(pbs, `GET ${path}/status`);
  const { data: lines } = await ask(pbs, `GET ${path}/log?limit=0`);
  return {
    exit: status.exitstatus,
    // The time of each line is left out.
    log: lines.map(({ t }: { t: string }) => t.slice(27)),
  };
}

/** The snapshots of a group in the root of a datastore, oldest first. */
export function snapshotsOf(pbs: FakePbs, id: string, name = "store1"): FakeSnapshot[] {
  const groups = pbs.state.datastores.get(name)?.groups ?? [];
  return groups.find((one) => one.id === id && one.ns === "")?.snapshots ?? [];
}
