import { counted } from '../../core/common/text';
import type { LogEvent, LogField, ReadLog } from './event-log';

const FIELDS: readonly LogField[] = ['user', 'item', 'time', 'type', 'quantity'];
/** Spreadsheet day numbers from 1954 to 2119. Read as seconds, all of them fall on a single day in 1970. */
const [FIRST_DAY, LAST_DAY] = [20_000, 80_000];
/** Day 0 of spreadsheets. */
const SPREADSHEET_START = Date.UTC(1899, 11, 30);
const DAY = 86_400_000;

/** Notes for the shop about how its log was read: the columns, the omitted rows, and suspicious values. */
export function logNotes(log: ReadLog): string[] {
  return [columnsNote(log), returnsNote(log), spreadsheetNote(log), repeatsNote(log)].filter((note) => note !== null);
}

function columnsNote({ columns }: ReadLog): string | null {
  const named: readonly LogField[] = columns.title ? [...FIELDS, 'title'] : FIELDS;
  const read = named.flatMap((field) => (columns[field] ? [`${field} = ${columns[field].join(' or ')}`] : []));
  if (read.length === 0) return null;
  const without = FIELDS.filter((field) => !columns[field]);
  return `Columns: ${read.join(', ')}${without.length > 0 ? `; none for ${without.join(', ')}` : ''}`;
}

const returnsNote = ({ returns }: ReadLog): string | null =>
  returns === 0 ? null : `Left out: ${counted(returns, 'return')} (quantity of 0 or less)`;

function spreadsheetNote({ events }: ReadLog): string | null {
  if (events.length === 0) return null;
  const [first, last] = [events[0], events[events.length - 1]].map(({ time }) => time / 1000);
  if (first < FIRST_DAY || last > LAST_DAY) return null;
  const meant = new Date(SPREADSHEET_START + first * DAY).toISOString().slice(0, 19);
  return `Warning: all times are numbers from ${FIRST_DAY.toLocaleString('en')} to ${LAST_DAY.toLocaleString('en')}, and as seconds they fall on 1 January 1970. If they are spreadsheet days, write ${first} as ${meant}Z.`;
}

function repeatsNote({ events }: ReadLog): string | null {
  const alike = repeated(events);
  if (2 * alike <= events.length) return null;
  return `Warning: ${counted(alike, 'line')} of ${events.length} repeat another line's user, item, time and type, and every line counts as a choice. Export each line once.`;
}

/** The number of events that repeat another one. @param events sorted by time */
function repeated(events: readonly LogEvent[]): number {
  let alike = 0;
  let counts = new Map<string, number>();
  const add = (): void => {
    for (const count of counts.values()) if (count > 1) alike += count;
  };
  for (const [index, { user, item, type, time }] of events.entries()) {
    // Equal events have the same time, so only a few are in memory.
    if (index > 0 && time !== events[index - 1].time) {
      add();
      counts = new Map();
    }
    const key = JSON.stringify([user, item, type]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  add();
  return alike;
}
