import { type Bundle, shortened } from '../../core/catalog';
import { fileText } from '../../core/catalog/feed';
import { messageOf } from '../../core/common/text';
import { SidestreamError } from '../../error';
import {
  groupedRows,
  type LogEvent,
  logNotes,
  type ReadLog,
  readLog,
  refusedRows,
  requireEvents,
} from '../../shop/logs';
import { type ShopChoices, shopChoices } from '../../shop/training';
import { chunksOf, gunzip } from '../files/gunzip';
import { ProgressReporter } from '../progress';
import type { LogReport, Progress } from '../session';
import { hashShoppers } from './hash-shoppers';

/** Maximum number of reasons for refused lines in a report. */
const MAX_REASONS = 50;

/**
 * Reads a log as the command line does. No shopper of the file is in the result.
 * @throws SidestreamError `runtime/invalid-input` if it cannot be read or has no usable event
 */
export async function readLogFile(
  file: File,
  bundle: Bundle,
  on: (progress: Progress) => void,
): Promise<{ report: LogReport; events: LogEvent[] }> {
  const progress = new ProgressReporter(on);
  progress.start('Log', file.size, 0, 'bytes');
  const log = await readLog(
    file.name,
    logText(file, (bytes) => progress.set(bytes)),
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
    notes: [...logNotes(log), ...notes],
  };
}

/** @param onBytes called with the number of bytes read */
async function* logText(file: File, onBytes: (bytes: number) => void): AsyncGenerator<string> {
  try {
    yield* fileText(file.name, counted(file, onBytes), gunzip);
  } catch (thrown) {
    if (thrown instanceof SidestreamError) throw thrown;
    throw new SidestreamError(
      'runtime/invalid-input',
      `The events cannot be read: ${messageOf(thrown)}. Check that the file is whole, and drop it again.`,
      { cause: thrown },
    );
  }
}

async function* counted(file: File, onBytes: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunksOf(file.stream())) {
    yield chunk;
    bytes += chunk.length;
    onBytes(bytes);
  }
}
