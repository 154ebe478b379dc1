/** A date, or a date and a time of day, with or without a zone. Exports put a space where the standard has a T. */
const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?: ?(?:Z|([+-])(\d\d)(?::?(\d\d))?))?)?$/i;
/** A day written without hyphens: as a number of seconds, it would fall in 1970. */
const COMPACT_DAY = /^(19[7-9]\d|20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/;
/** Numbers below are seconds (until the year 5138), others milliseconds (from 1973). */
const SECONDS_BELOW = 1e11;
/** The year 5138 in milliseconds: larger numbers are microseconds, which some exports use. */
const MAX_MILLISECONDS = 1e14;

const FORM =
  'write a date such as 2026-01-31, a time such as 2026-01-31T12:00:00Z (ISO 8601), or a number of seconds or milliseconds since 1970';

export type ReadTime = { time: number } | { reason: string };

/**
 * Reads a time of a log. Forms outside ISO 8601 are refused, because `05/01/2010` is a different day in different countries. A
 * time without a zone is UTC, which gives a log the same meaning on every machine.
 */
export function readLogTime(value: string | number): ReadTime {
  const text = String(value).trim();
  if (COMPACT_DAY.test(text)) return { reason: `${text} may be a day or a number of seconds; ${FORM}` };
  const number = typeof value === 'number' || /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(number)) return readIso(text);
  const time = Math.round(number < SECONDS_BELOW ? number * 1000 : number);
  if (time < 0) return { reason: 'must not lie before 1970' };
  if (time >= MAX_MILLISECONDS) return { reason: `must not lie beyond the year 5138; ${FORM}, not microseconds` };
  return { time };
}

/** The possible meanings of a date such as `05/01/2010`, and how to write them; null for anything else. */
function slashedDay(text: string): string | null {
  const parts = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\b/.exec(text);
  if (!parts) return null;
  const [first, second, year] = parts.slice(1).map((part) => part.padStart(2, '0'));
  const [dayFirst, monthFirst] = [`${year}-${second}-${first}`, `${year}-${first}-${second}`];
  const either = Number(first) <= 12 && Number(second) <= 12;
  if (either) return `may be ${dayFirst}, the day first, or ${monthFirst}, and is not read`;
  return `is not read: write ${Number(first) > 12 ? `${dayFirst}, as it has the day first` : monthFirst}`;
}

function readIso(text: string): ReadTime {
  if (text === '') return { reason: 'is empty' };
  const shown = JSON.stringify(text.slice(0, 40));
  const parts = ISO.exec(text);
  if (!parts) return { reason: `${shown} ${slashedDay(text) ?? 'is not in a form that is read'}; ${FORM}` };
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0));
  const milliseconds = Number(`0.${parts[7] ?? 0}`) * 1000;
  const [offsetHours, offsetMinutes] = [Number(parts[9] ?? 0), Number(parts[10] ?? 0)];
  const date = new Date(Date.UTC(year, month - 1, day));
  // `Date` turns 30 February into 2 March.
  const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!isReal || hour > 23 || minute > 59 || second > 59 || offsetHours > 23 || offsetMinutes > 59) {
    return { reason: `there is no ${shown}; ${FORM}` };
  }
  const offset = (parts[8] === '-' ? -1 : 1) * (60 * offsetHours + offsetMinutes);
  const time = date.getTime() + ((hour * 60 + minute - offset) * 60 + second) * 1000 + Math.floor(milliseconds);
  return time < 0 ? { reason: 'must not lie before 1970' } : { time };
}
