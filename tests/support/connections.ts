/** Listens as a proxy or whatever nobody should come to: counts who connects, and answers nothing. */
export function countConnections(): { url: string; count: () => number } & Disposable {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let connections = 0;
  void (async () => {
    for await (const connection of listener) {
      connections++;
      connection.close();
    }
  })();
  const { port } = listener.addr as Deno.NetAddr;
  return {
    url: `http://127.0.0.1:${port}`,
    count: () => connections,
    [Symbol.dispose]: () => listener.close(),
  };
}
