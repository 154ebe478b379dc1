import { groupedRows, shortened } from '../../../src/core/catalog';
import { counted } from '../../../src/core/common/text';
import { invalidInput } from '../../../src/error';
import type { LogField, LogReading, ReadLog } from './event-log';

const FIELDS: readonly LogField[] = ['user', 'item', 'time', 'type', 'quantity'];
/** Spreadsheet day numbers from 1954 to 2119. Read as seconds, all of them fall on a single day in 1970. */
const [FIRST_DAY, LAST_DAY] = [20_000, 80_000];
const SPREADSHEET_START = Date.UTC(1899, 11, 30);
const DAY = 86_400_000;

/** Facts about a log. */
interface LogFacts extends LogReading {
  events: number;
  firstTime: number;
  lastTime: number;
  /** Events with the time of their shopper's event before. */
  tied: number;
  /** Those that also have its item and type. */
  repeated: number;
  /** Events whose item was found by its title. */
  byTitle: number;
  /** Pairs of a shopper and an item that the shopper was shown and never chose. */
  passed: number;
}

/** Notes for the shop about how its log was read: the columns, the omitted rows, and suspicious values. */
export function logNotes(log: LogFacts): string[] {
  const { events, returns, shown, tied, repeated, byTitle, passed } = log;
  const notes = [
    columnsNote(log),
    returns > 0 ? `Left out: ${counted(returns, 'return')} (quantity of 0 or less)` : null,
    shown > 0 ? `Left out, because it is no choice: ${counted(shown, 'event')}, such as an impression` : null,
    passed > 0 ? `Shown and passed over: ${counted(passed, 'item')} of all shoppers together` : null,
    byTitle > 0 ? titlesNote(byTitle) : null,
    spreadsheetNote(log.firstTime, log.lastTime),
    4 * repeated > events
      ? `Warning: ${counted(repeated, 'line')} of ${events} repeat an earlier line's user, item, time and type, and every line counts as a choice. Export each line once.`
      : null,
    tied > repeated
      ? `${counted(tied - repeated, 'event')} have the time of the event before them of their shopper, such as the lines of an order. Their order is drawn by chance, so that nothing is learned from how the file is sorted.`
      : null,
  ];
  return notes.filter((note) => note !== null);
}

/** The notes about a log in memory. */
export function readNotes({ events, ...reading }: ReadLog): string[] {
  let [tied, repeated] = [0, 0];
  let [users, lines] = [new Set<string>(), new Set<string>()];
  for (const [n, { user, item, type, time }] of events.entries()) {
    // Only those of one time are in memory.
    if (time !== events[n - 1]?.time) [users, lines] = [new Set(), new Set()];
    const line = JSON.stringify([user, item, type]);
    if (users.has(user)) tied++;
    if (lines.has(line)) repeated++;
    users.add(user);
    lines.add(line);
  }
  const [firstTime, lastTime] = [events[0]?.time ?? 0, events.at(-1)?.time ?? 0];
  return logNotes({ ...reading, events: events.length, firstTime, lastTime, tied, repeated, byTitle: 0, passed: 0 });
}

export const titlesNote = (count: number): string =>
  `The items of ${counted(count, 'event')} were found by their title, because the bundle lacks their id`;

function columnsNote({ columns }: LogReading): string | null {
  const named: readonly LogField[] = columns.title ? [...FIELDS, 'title'] : FIELDS;
  const read = named.flatMap((field) => (columns[field] ? [`${field} = ${columns[field].join(' or ')}`] : []));
  if (read.length === 0) return null;
  const without = FIELDS.filter((field) => !columns[field]);
  return `Columns: ${read.join(', ')}${without.length > 0 ? `; none for ${without.join(', ')}` : ''}`;
}

function spreadsheetNote(firstTime: number, lastTime: number): string | null {
  const [first, last] = [firstTime / 1000, lastTime / 1000];
  if (first < FIRST_DAY || last > LAST_DAY) return null;
  const meant = new Date(SPREADSHEET_START + first * DAY).toISOString().slice(0, 19);
  return `Warning: all times are numbers from ${FIRST_DAY.toLocaleString('en')} to ${LAST_DAY.toLocaleString('en')}, and as seconds they fall on 1 January 1970. If they are spreadsheet days, write ${first} as ${meant}Z.`;
}

export function requireEvents(name: string, log: ReadLog): void {
  requireRead(name, { ...log, reasons: groupedRows(log.rejected) }, log.events.length);
}

/** Maximum number of header names shown. */
const SHOWN_NAMES = 12;

/**
 * @param reasons for which lines were refused, each with its first line
 * @throws SidestreamError `runtime/invalid-input` without events
 */
export function requireRead(
  name: string,
  { reasons, header, returns, shown }: LogReading & { reasons: readonly string[] },
  events: number,
): void {
  if (events > 0) return;
  if (reasons.length > 0) {
    const names = header.slice(0, SHOWN_NAMES).map((column) => JSON.stringify(shortened(column, 40)));
    const more = header.length > SHOWN_NAMES ? ', …' : '';
    const found = header.length > 0 ? ` The columns found are ${names.join(', ')}${more}.` : '';
    throw invalidInput(`${name} has no usable event. ${reasons[0]}.${found}`);
  }
  if (returns + shown > 0)
    throw invalidInput(`${name} has no choice: all of its lines are returns, impressions or the like.`);
  throw invalidInput(
    header.length > 0
      ? `${name} has no event: there is nothing below the names of the columns.`
      : `${name} is empty. Write a log with a line for each choice, as CSV or JSON lines with user, item and time.`,
  );
}

/** Whether most events share their second with another of their shopper: a log of orders gives all lines of an order one time. */
export const isOrderLog = (sharedSecond: number | null | undefined): boolean => (sharedSecond ?? 0) > 0.5;

const found = (sharedSecond: number, guessing: string): string =>
  `${(100 * sharedSecond).toFixed(1)} % of the ranked events have the time of another event of their shopper: this is a log of orders. ${guessing} how well the next line of an order is guessed from its other lines, which no list in a shop has to do.`;

/** The warning about a log of orders above the tables of the device protocol. */
export const orderLogText = (sharedSecond: number): string =>
  `${found(sharedSecond, 'Event by event (table device), the evaluation mostly measures')} Read the table baskets: it ranks all lines of an order before any of them is known.`;

/** The warning above a simulation, which has no such table. */
export const simulatedOrdersText = (sharedSecond: number): string =>
  `${found(sharedSecond, 'The simulation mostly measures')} All co-occurrence methods look good at that, so do not decide by these figures: --protocol device with the same log ranks all lines of an order before any of them is known (table baskets), and its verdict is based on that.`;
