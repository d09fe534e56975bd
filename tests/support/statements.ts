/** What was sent to a PostgreSQL server, as it went over the wire. */
export interface Statements extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** The text of each statement that was run, in order. */
  readonly sent: string[];
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Stands before a server that is not asked for TLS, and notes each statement that is run there. */
export function noteStatements(server: Address): Statements {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname: host, port } = listener.addr as Deno.NetAddr;
  const sent: string[] = [];
  const open = new Set<Deno.TcpConn>();
  const serve = async (client: Deno.TcpConn) => {
    const upstream = await Deno.connect({ hostname: server.host, port: server.port });
    for (const each of [client, upstream]) open.add(each);
    const noting = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform: notedIn(sent),
    });
    await Promise.allSettled([
      client.readable.pipeThrough(noting).pipeTo(upstream.writable),
      upstream.readable.pipeTo(client.writable),
    ]);
    for (const each of [client, upstream]) open.delete(each);
  };
  const serving = (async () => {
    const served: Promise<void>[] = [];
    for await (const client of listener) served.push(serve(client));
    await Promise.all(served);
  })();
  return {
    host,
    port,
    sent,
    [Symbol.asyncDispose]: async () => {
      listener.close();
      for (const each of open) each.close();
      await serving;
    },
  };
}

/** Reads the messages of one connection, which begin with the only one that has no type. */
function notedIn(sent: string[]) {
  const texts = new Map<string, string>();
  let rest = new Uint8Array();
  let hasBegun = false;
  let bound = "";
  const note = (type: string, body: Uint8Array) => {
    const [first = "", second = ""] = new TextDecoder().decode(body).split("\0", 2);
    if (type === "P") texts.set(first, second);
    if (type === "B") bound = texts.get(second) ?? second;
    if (type === "E") sent.push(bound);
    if (type === "Q") sent.push(first);
  };
  return (
    chunk: Uint8Array<ArrayBuffer>,
    controller: TransformStreamDefaultController<Uint8Array<ArrayBuffer>>,
  ) => {
    rest = new Uint8Array([...rest, ...chunk]);
    for (;;) {
      const at = hasBegun ? 1 : 0;
      if (rest.length < at + 4) break;
      const end = at + new DataView(rest.buffer, rest.byteOffset + at).getUint32(0);
      if (rest.length < end) break;
      if (hasBegun) note(String.fromCharCode(rest[0] ?? 0), rest.subarray(at + 4, end));
      rest = rest.slice(end);
      hasBegun = true;
    }
    controller.enqueue(chunk);
  };
}
