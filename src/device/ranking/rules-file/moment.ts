const MOMENT = /^([12]\d{3})-(\d\d)-(\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * Reads a date (`2026-11-27`) or a time (`2026-11-27T18:00`), in this device's time zone unless the time names one (`Z`,
 * `+01:00`).
 * @param end whether it is an end: a date then includes its whole day
 * @returns milliseconds since the epoch; null if the text is neither, or the day or hour does not exist
 */
export function momentOf(text: string, end: boolean): number | null {
  const [, year, month, day, time] = MOMENT.exec(text) ?? [];
  if (year === undefined) return null;
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  const date = new Date(y, m - 1, d);
  // `Date` turns the 31st of November into the 1st of December.
  if (date.getMonth() !== m - 1 || date.getDate() !== d) return null;
  const moment = time ? Date.parse(text) : new Date(y, m - 1, d + Number(end)).getTime();
  return Number.isNaN(moment) ? null : moment;
}
