import { Folder } from "../support/folder.ts";
import { until } from "../support/until.ts";
import { freePort } from "../support/port.ts";

/** nginx before some ports; null where there is none. `NGINX_PATH` names one that is not in PATH. */
export async function startBalancer(
  ports: readonly number[],
): Promise<{ readonly port: number } & AsyncDisposable | null> {
  const folder = await Folder.make();
  const port = freePort();
  const upstreams = ports.map((each) => `server 127.0.0.1:${each};`).join(" ");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder.at(name)};`).join("\n  ");
  const config = await folder.write(
    "nginx.conf",
    `daemon off;
pid ${folder.at("nginx.pid")};
error_log ${folder.at("error.log")};
worker_processes 1;
events { worker_connections 4096; }
http {
  access_log off;
  ${temporary}
  upstream servers { ${upstreams} keepalive 64; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://servers;
      proxy_http_version 1.1;
      proxy_set_header connection "";
      proxy_set_header host $http_host;
      proxy_buffering off;
    }
  }
}
`,
  );
  const command = Deno.env.get("NGINX_PATH") ?? "nginx";
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(command, { args: ["-c", config, "-p", folder.at(".")] }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    await folder[Symbol.asyncDispose]();
    return null;
  }
  await until(async () =>
    await Deno.connect({ hostname: "127.0.0.1", port }).then(
      (one) => (one.close(), true),
      () => false,
    )
  );
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await child.status;
      await folder[Symbol.asyncDispose]();
    },
  };
}
