const MOMENT = /^([12]\d{3})-(\d\d)-(\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * Reads a date (`2026-11-27`) or a time (`2026-11-27T18:00`), which are those of this device's time zone unless the time has
 * one (`Z`, `+01:00`).
 * @param end whether something ends then: a date includes its whole day
 * @returns milliseconds since the epoch; null where the text is neither, or there is no such day or hour
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
