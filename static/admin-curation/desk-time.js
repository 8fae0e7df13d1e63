/* Times in the words of the desk, as `times.py` writes them, in the editor's time zone. */

const PARTS = {
  weekday: "short", day: "numeric", month: "short", year: "numeric",
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
};

function formatIn(timeZone) {
  try {
    return new Intl.DateTimeFormat("en-US", { ...PARTS, timeZone });
  } catch {
    return new Intl.DateTimeFormat("en-US", PARTS); // the browser does not know the zone: its own
  }
}

function partsOf(time, timeZone) {
  return Object.fromEntries(formatIn(timeZone).formatToParts(time).map(({ type, value }) => [type, value]));
}

/** Return a time of day with seconds: “9:00:07”. */
export function clockText(time, timeZone) {
  const { hour, minute, second } = partsOf(time, timeZone);
  return `${Number(hour)}:${minute}:${second}`;
}

/** Return a time: “Fri 27 Nov, 9:00” of this year, “27 Nov 2025, 9:00” of others. */
export function timeText(time, timeZone) {
  const { weekday, day, month, year, hour, minute } = partsOf(time, timeZone);
  const isThisYear = year === partsOf(Date.now(), timeZone).year;
  const date = isThisYear ? `${weekday} ${day} ${month}` : `${day} ${month} ${year}`;
  return `${date}, ${Number(hour)}:${minute}`;
}
