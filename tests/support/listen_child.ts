/** Listens with few file descriptors, for `connections_test.ts`: prints its port, then its problems. */
import { loadConfig } from "../../lib/config/config.ts";
import { listen } from "../../lib/http/listen.ts";
import { print } from "./print.ts";

const { server } = await loadConfig({ file: Deno.args[0], env: () => undefined });
const listener = await listen(server, () => new Response("ok"), { onProblem: print });
print(String(listener.address.port));
