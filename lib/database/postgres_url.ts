import { AppError } from "../errors.ts";

/** libpq's names; what each means here stands at `tlsFor`. */
const SSL_MODES = [
  ...["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const,
];
export type SslMode = typeof SSL_MODES[number];

/** Where a `postgres://` URL leads. */
export interface PostgresTarget {
  /** Host name or address; a folder that begins with `/` holds the server's Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly sslMode: SslMode;
  /** A PEM file of certificates to trust, `system` for those of the system, null when not given. */
  readonly sslRootCert: string | null;
}

const PARAMETERS = ["sslmode", "sslrootcert"];

/**
 * Reads `postgres://user:password@host:5432/database?sslmode=verify-full&sslrootcert=/etc/ca.pem`, each
 * part percent-encoded. The user must be named; the database is the user's name when not given. A
 * Unix socket's folder takes the host's place: `postgres://user@%2Fvar%2Frun%2Fpostgresql/database`. Throws
 * AppError `invalid`, never showing the password.
 */
export function parsePostgresUrl(text: string): PostgresTarget {
  if (/^[^/]*\/\/([^/]*@)?[^@/?]*,[^@/]*(\/|$)/.test(text)) {
    throw invalid(
      "it names several hosts; name an address that leads to the one that can be written",
    );
  }
  const url = URL.parse(text);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw invalid("it is not of the form postgres://user:password@host/database");
  }
  const unknown = [...url.searchParams.keys()].find((key) => !PARAMETERS.includes(key));
  if (unknown !== undefined) {
    throw invalid(`it has the unknown parameter ${unknown}, known are ${PARAMETERS.join(", ")}`);
  }
  const user = decode(url.username);
  if (user === "") throw invalid("it names no user");
  const sslMode = url.searchParams.get("sslmode");
  const sslRootCert = url.searchParams.get("sslrootcert");
  return {
    host: decode(url.hostname).replace(/^\[(.*)\]$/, "$1") || "localhost",
    port: url.port === "" ? 5432 : Number(url.port),
    database: decode(url.pathname.slice(1)) || user,
    user,
    password: decode(url.password),
    sslMode: modeOf(sslMode, sslRootCert),
    sslRootCert,
  };
}

/**
 * As libpq: `require` with certificates to trust verifies them, and those of the system fully. Who names
 * certificates and no mode wants them looked at.
 */
function modeOf(given: string | null, sslRootCert: string | null): SslMode {
  if (sslRootCert === "system") return "verify-full";
  if (given === null) return sslRootCert === null ? "prefer" : "verify-ca";
  const mode = SSL_MODES.find((known) => known === given);
  if (mode === undefined) throw invalid(`sslmode is not one of ${SSL_MODES.join(", ")}`);
  return mode === "require" && sslRootCert !== null ? "verify-ca" : mode;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid("a percent sign in it is not followed by two hex digits");
  }
}

function invalid(state: string): AppError {
  return new AppError("invalid", `Cannot read the database URL: ${state}`);
}
