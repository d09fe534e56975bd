import { IDLE_CONNECTIONS } from "../../lib/upstream/transport.ts";
import type { Balance } from "./ledger.ts";
import { mebibytes, tableOf } from "./table.ts";
import type { Reading } from "./watch.ts";

/** What a run has shown. */
export interface Result {
  readonly options: { readonly minutes: number; readonly seed: number; readonly form: string };
  /** At rest after warming up, half-way under load, and at rest again. */
  readonly readings: { readonly start: Reading; readonly half: Reading; readonly end: Reading };
  /** Medians under load, in bytes. */
  readonly rss: { readonly half: number; readonly end: number; readonly most: number };
  readonly calls: { readonly start: number; readonly end: number; readonly turnedAway: number };
  readonly rows: { readonly start: number; readonly end: number; readonly expected: number };
  readonly balance: Balance;
  readonly answers: Readonly<Record<string, number>>;
  readonly health: {
    readonly asked: number;
    readonly unhealthy: number;
    readonly slowestMs: number;
  };
  readonly verified: { readonly ok: boolean; readonly text: string };
  readonly leaks: readonly string[];
  readonly died: boolean;
  /** Answers that must not be, and what actors ran into. */
  readonly faulty: readonly string[];
  readonly failures: readonly string[];
  /** What the program has logged as an error. */
  readonly errors: readonly string[];
}

/** How much more memory may be in use at the end than half-way: a heap that breathes, not one that grows. */
const RSS_FACTOR = 1.25;
const RSS_BYTES = 48 * 2 ** 20;
const ABSURD_HEALTH_MS = 5_000;

/** One line for each expectation that does not hold. */
export function judge(result: Result): string[] {
  const { readings: { start, end }, rss, balance, health, verified, leaks } = result;
  const most = rss.half * RSS_FACTOR + RSS_BYTES;
  const own = ({ descriptors, upstream }: Reading) => descriptors - upstream;
  return [
    ...result.died ? ["the process ended by itself"] : [],
    ...balance.wrong.map((line) => `audit: ${line}`),
    ...result.faulty,
    ...result.failures.map((line) => `client ${line}`),
    ...result.errors.map((line) => `logged: ${line}`),
    ...rss.end > most
      ? [
        `memory grows: ${mebibytes(rss.end)} at the end, ${mebibytes(rss.half)} half-way, ` +
        `${mebibytes(most)} allowed`,
      ]
      : [],
    ...own(end) > own(start)
      ? [`descriptors stay open: ${own(end)} beside those to Proxmox, ${own(start)} at the start`]
      : [],
    ...end.upstream > IDLE_CONNECTIONS ? [`${end.upstream} connections to Proxmox stay open`] : [],
    ...end.sseSessions > 0 ? [`${end.sseSessions} SSE sessions stay open`] : [],
    ...health.unhealthy > 0 ? [`/healthz failed ${health.unhealthy} times`] : [],
    ...health.slowestMs > ABSURD_HEALTH_MS
      ? [`/healthz took ${Math.round(health.slowestMs)} ms`]
      : [],
    ...verified.ok ? [] : [`audit verify: ${verified.text}`],
    ...leaks.map((place) => `a secret stands in ${place}`),
  ];
}

export function report(result: Result): string {
  const { readings: { start, half, end }, rss, calls, rows, balance, health } = result;
  const row = (name: string, of: (reading: Reading) => number | string) => [
    name,
    of(start),
    of(half),
    of(end),
  ];
  const perRow = (bytes: number, count: number) => Math.round(bytes / Math.max(1, count));
  return [
    "",
    tableOf([
      ["", "at the start", "half-way", "at the end"],
      ["calls sent", calls.start, "", calls.end],
      ["  turned away unread (429)", "", "", calls.turnedAway],
      ["audited calls expected", "", "", rows.expected],
      ["audited calls found", rows.start, "", rows.end],
      row("memory (RSS)", ({ rssBytes }) => mebibytes(rssBytes)),
      ["  median under load", "", mebibytes(rss.half), mebibytes(rss.end)],
      row("descriptors", ({ descriptors }) => descriptors),
      row("sockets", ({ sockets }) => sockets),
      row("  of clients", ({ clients }) => clients),
      row("  to Proxmox", ({ upstream }) => upstream),
      row("live sessions", ({ httpSessions }) => httpSessions),
      row("SSE streams", ({ sseSessions }) => sseSessions),
      row("threads", ({ threads }) => threads),
      row("database", ({ databaseBytes }) => mebibytes(databaseBytes)),
      [
        "  bytes per call",
        perRow(start.databaseBytes, rows.start),
        "",
        perRow(end.databaseBytes, rows.end),
      ],
    ]),
    "",
    `audit outcomes: ${counts(balance.outcomes)}`,
    `answers: ${counts(result.answers)}`,
    `/healthz: ${health.asked} asked, slowest ${Math.round(health.slowestMs)} ms`,
    `audit verify: ${result.verified.text}`,
    "",
  ].join("\n");
}

function counts(all: Readonly<Record<string, number>>): string {
  return Object.entries(all).map(([name, count]) => `${name} ${count}`).join(", ");
}
