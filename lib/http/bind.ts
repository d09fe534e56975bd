import { AppError, ioReason } from "../errors.ts";
import type { Certificate } from "./certificate.ts";

/** Opens a listening socket, for TLS where there is a certificate. */
export type Bind = (address: Deno.ListenOptions, certificate: Certificate | null) => Deno.Listener;

/** Listens; throws AppError `unavailable` with what to do when that cannot be done. */
export function bindTo(
  { host, port }: { readonly host: string; readonly port: number },
  { certificate, bind = bindSocket }: { certificate: Certificate | null; bind?: Bind | undefined },
): Deno.Listener {
  try {
    return bind({ hostname: host, port }, certificate);
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

export function closeQuietly(listener: Deno.Listener): void {
  try {
    listener.close();
  } catch {
    // What has ended by itself is closed already.
  }
}
