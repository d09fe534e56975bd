import { type Config, hostForUrl } from "../../config/config.ts";
import { word } from "./word.ts";

export const HEALTH_PARTS = ["timer", "service"] as const;

/** Which of the two files of the health check. */
export type HealthPart = typeof HEALTH_PARTS[number];

const PATIENCE_SECONDS = 10;

/**
 * A timer and the service that it starts every minute, which restarts a server that does not answer. They
 * stand in for systemd's watchdog, which needs a socket that this program may not open.
 */
export function healthText(config: Config, { name, part }: { name: string; part: HealthPart }) {
  return (part === "timer" ? timer(name) : service(config, name)).join("\n");
}

function timer(name: string): string[] {
  return [
    "[Unit]",
    `Description=Looks every minute whether ${name} answers`,
    "",
    "[Timer]",
    "OnActiveSec=1min",
    "OnUnitInactiveSec=1min",
    "",
    "[Install]",
    "WantedBy=timers.target",
  ];
}

function service(config: Config, name: string): string[] {
  const curl = [
    ...["/usr/bin/curl", "--silent", "--fail", "--insecure", "--noproxy", "*"],
    ...["--max-time", String(PATIENCE_SECONDS), "--retry", "2", "--retry-all-errors"],
    ...hostHeader(config).flatMap((header) => ["--header", header]),
    ...["--output", "/dev/null", healthUrl(config)],
  ];
  return [
    "[Unit]",
    `Description=Restarts ${name} when it does not answer`,
    "",
    "[Service]",
    "Type=oneshot",
    `ExecCondition=/usr/bin/systemctl is-active --quiet ${name}.service`,
    `ExecStart=${curl.map(word).join(" ")}`,
    "# EXIT_STATUS is what curl, or the condition, ended with; a server that is stopped stays so.",
    `ExecStopPost=/bin/sh -c '[ "$EXIT_STATUS" = 0 ] || systemctl try-restart ${name}.service'`,
  ];
}

function healthUrl({ server: { host, port, tls } }: Config): string {
  const near = { "0.0.0.0": "127.0.0.1", "::": "::1" }[host] ?? host;
  return `${tls ? "https" : "http"}://${hostForUrl(near)}:${port}/healthz`;
}

function hostHeader({ server }: Config): string[] {
  const [name] = server.allowed_hosts ?? [];
  return name === undefined ? [] : [`Host: ${hostForUrl(name)}`];
}
