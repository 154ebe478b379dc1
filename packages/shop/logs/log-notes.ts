import { groupedRows, shortened } from '../../../src/core/catalog';
import { counted } from '../../../src/core/common/text';
import { invalidInput } from '../../../src/error';
import type { LogEvent, LogField, LogReading, ReadLog } from './event-log';

const FIELDS: readonly LogField[] = ['user', 'item', 'time', 'type', 'quantity'];
/** Spreadsheet day numbers from 1954 to 2119. Read as seconds, all of them fall on a single day in 1970. */
const [FIRST_DAY, LAST_DAY] = [20_000, 80_000];
const SPREADSHEET_START = Date.UTC(1899, 11, 30);
const DAY = 86_400_000;

/** Notes for the shop about how its log was read: the columns, the omitted rows, and suspicious values. */
export function logNotes(log: ReadLog): string[] {
  const { events, ties } = log;
  const file = 2 * ties.sorted > ties.groups ? 'The file sorts most of these groups by item: their' : 'Their';
  const alike = repeated(events);
  return present([
    columnsNote(log),
    returnsNote(log),
    shownNote(log),
    events.length > 0 ? spreadsheetNote(events[0].time, events[events.length - 1].time) : null,
    2 * alike > events.length ? repeatsNote(alike, events.length, "another line's") : null,
    ties.groups > 0
      ? `${counted(ties.events, 'event')} have the time of another event of their shopper${DRAWN(file)}`
      : null,
  ]);
}

/** Facts about a log whose events lie in tables. */
export interface TableLog extends LogReading {
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

/** The same notes about such a log. */
export function preparedNotes(log: TableLog): string[] {
  const { events, tied, repeated, byTitle, passed } = log;
  return present([
    columnsNote(log),
    returnsNote(log),
    shownNote(log),
    passed > 0 ? `Shown and passed over: ${counted(passed, 'item')} of all shoppers together` : null,
    byTitle > 0 ? titlesNote(byTitle) : null,
    spreadsheetNote(log.firstTime, log.lastTime),
    4 * repeated > events ? repeatsNote(repeated, events, "an earlier line's") : null,
    tied > repeated
      ? `${counted(tied - repeated, 'event')} have the time of the event before them of their shopper${DRAWN('Their')}`
      : null,
  ]);
}

const present = (notes: (string | null)[]): string[] => notes.filter((note) => note !== null);

export const titlesNote = (count: number): string =>
  `The items of ${counted(count, 'event')} were found by their title, because the bundle lacks their id`;

const DRAWN = (whose: string): string =>
  `, such as the lines of an order. ${whose} order is drawn by chance, so that nothing is learned from how the file is sorted.`;

function columnsNote({ columns }: LogReading): string | null {
  const named: readonly LogField[] = columns.title ? [...FIELDS, 'title'] : FIELDS;
  const read = named.flatMap((field) => (columns[field] ? [`${field} = ${columns[field].join(' or ')}`] : []));
  if (read.length === 0) return null;
  const without = FIELDS.filter((field) => !columns[field]);
  return `Columns: ${read.join(', ')}${without.length > 0 ? `; none for ${without.join(', ')}` : ''}`;
}

const returnsNote = ({ returns }: LogReading): string | null =>
  returns === 0 ? null : `Left out: ${counted(returns, 'return')} (quantity of 0 or less)`;

const shownNote = ({ shown }: LogReading): string | null =>
  shown === 0 ? null : `Left out, because it is no choice: ${counted(shown, 'event')}, such as an impression`;

function spreadsheetNote(firstTime: number, lastTime: number): string | null {
  const [first, last] = [firstTime / 1000, lastTime / 1000];
  if (first < FIRST_DAY || last > LAST_DAY) return null;
  const meant = new Date(SPREADSHEET_START + first * DAY).toISOString().slice(0, 19);
  return `Warning: all times are numbers from ${FIRST_DAY.toLocaleString('en')} to ${LAST_DAY.toLocaleString('en')}, and as seconds they fall on 1 January 1970. If they are spreadsheet days, write ${first} as ${meant}Z.`;
}

const repeatsNote = (alike: number, events: number, whose: string): string =>
  `Warning: ${counted(alike, 'line')} of ${events} repeat ${whose} user, item, time and type, and every line counts as a choice. Export each line once.`;

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

export function requireEvents(name: string, log: ReadLog): void {
  requireRead(name, { ...log, reasons: groupedRows(log.rejected) }, log.events.length);
}

/**
 * @param log with the reasons for which lines were refused, each with its first line
 * @throws SidestreamError `runtime/invalid-input` without events
 */
export function requireRead(name: string, log: LogReading & { reasons: readonly string[] }, events: number): void {
  if (events === 0) throw invalidInput(withoutEvents(name, log));
}

/** Maximum number of header names shown. */
const SHOWN_NAMES = 12;

function withoutEvents(
  name: string,
  { reasons, header, returns, shown }: LogReading & { reasons: readonly string[] },
): string {
  if (returns + shown > 0 && reasons.length === 0)
    return `${name} has no choice: all of its lines are returns, impressions or the like.`;
  if (reasons.length > 0) {
    const names = header.slice(0, SHOWN_NAMES).map((column) => JSON.stringify(shortened(column, 40)));
    const more = header.length > SHOWN_NAMES ? ', …' : '';
    const found = header.length > 0 ? ` The columns found are ${names.join(', ')}${more}.` : '';
    return `${name} has no usable event. ${reasons[0]}.${found}`;
  }
  return header.length > 0
    ? `${name} has no event: there is nothing below the names of the columns.`
    : `${name} is empty. Write a log with a line for each choice, as CSV or JSON lines with user, item and time.`;
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
