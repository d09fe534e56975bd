/** What the numbers of a line count: a share of a whole, bytes, bytes per second, or anything else. */
export type Unit = "share" | "size" | "rate" | "number";

/** Lines that are drawn over one another, on one scale. */
export interface Group {
  readonly unit: Unit;
  /** Where their values stand in each row. */
  readonly lines: readonly { readonly column: string; readonly at: number }[];
}

/** How measurements are grouped, scaled and written. */
export interface Charting {
  /** The columns that say something over `time`, those together that can be compared, shares first. */
  groupsOf(columns: readonly string[]): Group[];
  /** Even steps from 0 up to what holds the highest value. */
  stepsUpTo(highest: number, unit: Unit): number[];
  /** Even times within a span, some five of them; all in milliseconds. */
  timesWithin(from: number, to: number): number[];
  /** A value with its unit. */
  shown(value: number, unit: Unit): string;
  /** A time of a span of this length, as short as it can be told apart. */
  timeShown(time: number, span: number): string;
  /** A time with its date. */
  momentShown(time: number): string;
  /** A column without its unit, in words. */
  nameOf(column: string): string;
}

/**
 * Makes the rules for charts. Its text is also a part of pages, where it runs as it stands here: so it uses
 * nothing from outside itself but the language.
 *
 * @param locale how numbers and times are written
 */
export function charting(locale: string, timeZone: string | undefined): Charting {
  const BINARY = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  const MINUTE = 60_000;
  const HOUR = 60 * MINUTE;
  const DAY = 24 * HOUR;
  const SPANS = [
    ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
    ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
    ...[1, 2, 7, 14, 30, 61, 122].map((count) => count * DAY),
  ];
  const ZONE = timeZone === undefined ? {} : { timeZone };
  const NUMBER = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3, useGrouping: false });
  const SHARE = new Intl.NumberFormat(locale, { style: "percent" });
  const SMALL_SHARE = new Intl.NumberFormat(locale, {
    style: "percent",
    maximumSignificantDigits: 2,
  });

  function unitOf(column: string): Unit {
    if (column.endsWith("_fraction")) return "share";
    if (column.endsWith("_bytes_per_second")) return "rate";
    return column.endsWith("_bytes") ? "size" : "number";
  }

  function nameOf(column: string): string {
    return column.replace(/_(fraction|bytes|bytes_per_second)$/, "").replaceAll("_", " ");
  }

  function groupsOf(columns: readonly string[]): Group[] {
    const groups = new Map<string, { unit: Unit; lines: { column: string; at: number }[] }>();
    columns.forEach((column, at) => {
      if (column === "time") return;
      const unit = unitOf(column);
      // Load is read against the number of processors.
      const [first = ""] = column.replace(/^pressure.*/, "pressure").replace(/^cpus$/, "load")
        .split("_");
      const key = unit === "share" ? unit : `${unit} ${first}`;
      const group = groups.get(key) ?? { unit, lines: [] };
      group.lines.push({ column, at });
      groups.set(key, group);
    });
    const order: Unit[] = ["share", "number", "size", "rate"];
    const isCount = ({ lines }: Group) => lines.every(({ column }) => column === "cpus");
    const told = [...groups.values()].filter((group) => groups.size === 1 || !isCount(group));
    return told.sort((a, b) => order.indexOf(a.unit) - order.indexOf(b.unit));
  }

  function baseOf(value: number, unit: Unit): number {
    if (unit !== "size" && unit !== "rate") return 1;
    let base = 1;
    while (value > 1000 * base && base < 1024 ** 5) base *= 1024;
    return base;
  }

  function stepsUpTo(highest: number, unit: Unit): number[] {
    const least = unit === "share" ? 0.01 : unit === "number" ? 1 : 4;
    const top = Math.max(highest, least);
    const base = baseOf(top, unit);
    const wanted = top / base / 4;
    const ten = 10 ** Math.floor(Math.log10(wanted));
    const step = base * ten * ([1, 2, 2.5, 5].find((each) => each * ten >= wanted) ?? 10);
    const count = Math.ceil(top / step - 1e-9);
    return Array.from({ length: count + 1 }, (_, at) => at * step);
  }

  function timesWithin(from: number, to: number): number[] {
    const step = SPANS.find((each) => (to - from) / each <= 6) ?? 365 * DAY;
    const first = Math.ceil(from / step) * step;
    const count = Math.floor((to - first) / step) + 1;
    return Array.from({ length: Math.max(0, count) }, (_, at) => first + at * step);
  }

  function shown(value: number, unit: Unit): string {
    if (unit === "share") return (value < 0.1 ? SMALL_SHARE : SHARE).format(value);
    const base = baseOf(Math.abs(value), unit);
    const number = value / base;
    const written = NUMBER.format(unit === "size" && base === 1 ? Math.round(number) : number);
    if (unit === "number") return written;
    return `${written} ${BINARY[Math.round(Math.log2(base) / 10)]}${unit === "rate" ? "/s" : ""}`;
  }

  function timeShown(time: number, span: number): string {
    const options: Intl.DateTimeFormatOptions = span <= 1.5 * DAY
      ? { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }
      : { day: "numeric", month: "short" };
    return new Intl.DateTimeFormat(locale, { ...options, ...ZONE }).format(time);
  }

  function momentShown(time: number): string {
    const options = { dateStyle: "medium", timeStyle: "short", ...ZONE } as const;
    return new Intl.DateTimeFormat(locale, options).format(time);
  }

  return { groupsOf, stepsUpTo, timesWithin, shown, timeShown, momentShown, nameOf };
}
