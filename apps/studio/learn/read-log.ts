import {
  type LogColumns,
  type LogEvent,
  type ReadLog,
  readLog,
  readNotes,
  refusedRows,
  requireEvents,
} from '../../../packages/shop/logs';
import { type ShopChoices, shopChoices } from '../../../packages/shop/training';
import { type Bundle, groupedRows, shortened } from '../../../src/core/catalog';
import { fileText } from '../../../src/core/catalog/feed';
import { messageOf } from '../../../src/core/common/text';
import { SidestreamError } from '../../../src/error';
import { bytesOf, gunzip } from '../files/gunzip';
import { ProgressReporter } from '../progress';
import type { LogReport, Progress } from '../session';

/** Maximum number of reasons for refused lines in a report. */
const MAX_REASONS = 50;

/**
 * Reads a log as the command line does. No shopper of the file is in the result.
 * @throws SidestreamError `runtime/invalid-input` if it cannot be read or has no usable event
 */
export async function readLogFile(
  file: File,
  columns: LogColumns,
  bundle: Bundle,
  on: (progress: Progress) => void,
): Promise<{ report: LogReport; events: LogEvent[] }> {
  const progress = new ProgressReporter(on);
  progress.start('Log', file.size, 0, 'bytes');
  const log = await readLog(
    file.name,
    logText(file, (bytes) => progress.set(bytes)),
    columns,
  );
  requireEvents(file.name, log);
  progress.set(file.size);
  const choices = shopChoices(bundle, { ...log, events: await hashShoppers(log.events) });
  return { report: reportOf(file.name, log, choices), events: choices.log.events };
}

function reportOf(file: string, log: ReadLog, { unknown, unknownNote, notes }: ShopChoices): LogReport {
  const { events } = log;
  return {
    file,
    events: events.length,
    shoppers: new Set(events.map(({ user }) => user)).size,
    from: events[0].time,
    until: events[events.length - 1].time,
    unknown,
    unknownNote,
    refused: groupedRows(log.rejected)
      .slice(0, MAX_REASONS)
      .map((line) => shortened(line, 400)),
    refusedCount: refusedRows(log),
    notes: [...readNotes(log), ...notes],
  };
}

/** @param onBytes called with the number of bytes read */
async function* logText(file: File, onBytes: (bytes: number) => void): AsyncGenerator<string> {
  try {
    yield* fileText(file.name, bytesOf(file, onBytes), gunzip);
  } catch (thrown) {
    if (thrown instanceof SidestreamError) throw thrown;
    throw new SidestreamError(
      'runtime/invalid-input',
      `The events cannot be read: ${messageOf(thrown)}. Check that the file is whole, and drop it again.`,
      { cause: thrown },
    );
  }
}

/** Bytes of a hash that are kept: two of a billion shoppers are the same with a probability of one in 10^11. */
const KEPT_BYTES = 12;
/** Number of shoppers hashed at the same time. */
const AT_ONCE = 4096;

/**
 * Replaces the shopper of each event by a hash with a random salt that is kept nowhere: the ids of shoppers need only be equal
 * where the shopper is the same, and may be addresses of people.
 */
async function hashShoppers(events: readonly LogEvent[]): Promise<LogEvent[]> {
  const salt = crypto.getRandomValues(new Uint8Array(32));
  const users = [...new Set(events.map(({ user }) => user))];
  const hashes = new Map<string, string>();
  for (let from = 0; from < users.length; from += AT_ONCE) {
    const part = users.slice(from, from + AT_ONCE);
    const hashed = await Promise.all(part.map((user) => hashOf(salt, user)));
    for (const [n, user] of part.entries()) hashes.set(user, hashed[n]);
  }
  return events.map((event) => ({ ...event, user: hashes.get(event.user) ?? '' }));
}

async function hashOf(salt: Uint8Array, user: string): Promise<string> {
  const text = new TextEncoder().encode(user);
  const salted = new Uint8Array(salt.length + text.length);
  salted.set(salt);
  salted.set(text, salt.length);
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', salted)).subarray(0, KEPT_BYTES);
  return btoa(String.fromCharCode(...hash));
}
