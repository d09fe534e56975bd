import { hostForUrl } from "../config/config.ts";
import { AppError, ioReason } from "../errors.ts";
import type { Certificate } from "./certificate.ts";

/** Opens a listening socket, for TLS where there is a certificate. */
export type Bind = (address: Deno.ListenOptions, certificate: Certificate | null) => Deno.Listener;

/** Listens; throws AppError `unavailable` with what to do when that cannot be done. */
export function bindTo(
  { host, port }: { readonly host: string; readonly port: number },
  { certificate, bind = bindSocket, sharesPort = false }: {
    certificate: Certificate | null;
    bind?: Bind | undefined;
    /** Whether others of the same user may listen there too. */
    sharesPort?: boolean | undefined;
  },
): Deno.Listener {
  try {
    const shared = sharesPort ? { reusePort: true } : {};
    return bind({ hostname: host, port, ...shared }, certificate);
  } catch (cause) {
    const reason = cause instanceof Deno.errors.AddrInUse
      ? "the port is in use; stop what uses it or choose another with --port"
      : ioReason(cause);
    throw new AppError("unavailable", `Cannot listen on ${host}:${port}: ${reason}`, { cause });
  }
}

function bindSocket(
  address: Deno.ListenOptions,
  certificate: Certificate | null,
): Deno.Listener {
  if (certificate === null) return Deno.listen(address);
  return Deno.listenTls({ ...address, ...certificate, alpnProtocols: ["h2", "http/1.1"] });
}

/** A port that the system chose may not be bound again by a locked process. */
export function requirePort(server: { readonly host: string; readonly port: number }): void {
  const host = `${hostForUrl(server.host)}:${server.port}`;
  if (Deno.permissions.querySync({ name: "net", host }).state === "granted") return;
  throw new AppError(
    "invalid",
    `Cannot renew the certificate: this process may not listen on ${host} again: set server.port`,
  );
}

export function closeQuietly(listener: Deno.Listener): void {
  try {
    listener.close();
  } catch {
    // What has ended by itself is closed already.
  }
}
