const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const HOUR = 3_600;

/**
 * The next Unix seconds of the calendar events that tests use: `[mon..fri|sat,sun] HH:MM`, `*-*-01 HH:MM`, `hourly`, and
 * a day with its time.
 */
export function nextEvents(
  schedule: string,
  { after, count }: { after: number; count: number },
): number[] {
  const once = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d)$/.exec(schedule.trim());
  if (once) return [Date.parse(`${once[1]}T${once[2]}Z`) / 1000].filter((at) => at > after);
  const [, days = "", date = "", hour, minute = "0"] =
    /^([a-z.,]*?)\s*(\*-\*-\d\d)?\s*(?:(\d{1,2}):(\d\d))?$/i.exec(schedule.trim()) ?? [];
  const wanted = hour === undefined ? undefined : Number(hour) * HOUR + Number(minute) * 60;
  const events: number[] = [];
  for (let at = (Math.floor(after / HOUR) + 1) * HOUR; events.length < count; at += HOUR) {
    const day = new Date(at * 1000);
    const start = at - at % (24 * HOUR);
    if (wanted !== undefined && Math.floor(wanted / HOUR) * HOUR + start !== at) continue;
    if (date !== "" && day.getUTCDate() !== Number(date.slice(-2))) continue;
    if (/^(?:sun|mon|tue|wed|thu|fri|sat)/i.test(days) && !onDay(days, day.getUTCDay())) continue;
    if (wanted === undefined && days.toLowerCase() !== "hourly" && at % (24 * HOUR) !== 0) continue;
    events.push(wanted === undefined ? at : start + wanted);
  }
  return events;
}

function onDay(days: string, day: number): boolean {
  return days.toLowerCase().split(",").some((part) => {
    const [from = "", to = from] = part.split("..");
    const [first, last] = [DAYS.indexOf(from.slice(0, 3)), DAYS.indexOf(to.slice(0, 3))];
    return first <= last ? day >= first && day <= last : day >= first || day <= last;
  });
}
