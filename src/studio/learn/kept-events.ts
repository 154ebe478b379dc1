import { fileText } from '../../core/catalog/feed';
import { invalidInput, SidestreamError } from '../../error';
import { type LogEvent, readEvents } from '../../shop/logs';
import { chunksOf, gunzip } from '../files/gunzip';
import { studioFolder } from '../files/opfs';
import { EVENTS_FILE } from './stored';

/** Number of events written at once. */
const AT_ONCE = 4096;

/** Keeps the events of a log, whose shoppers are hashed, as compressed lines of JSON. */
export async function keepEvents(events: readonly LogEvent[]): Promise<void> {
  const encoder = new TextEncoder();
  let from = 0;
  const lines = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      const part = events.slice(from, from + AT_ONCE);
      from += AT_ONCE;
      if (part.length === 0) controller.close();
      else controller.enqueue(encoder.encode(part.map((event) => `${JSON.stringify(event)}\n`).join('')));
    },
  });
  const packed = await new Response(lines.pipeThrough(new CompressionStream('gzip'))).arrayBuffer();
  await (await studioFolder('log')).write(EVENTS_FILE, new Uint8Array(packed));
}

/** The kept events. @throws SidestreamError `runtime/invalid-input` without a log; `store/corrupt` */
export async function keptEvents(): Promise<LogEvent[]> {
  const file = await (await studioFolder('log')).file(EVENTS_FILE);
  if (!file) throw invalidInput('There is no log yet. Drop one first.');
  const { events, rejected } = await readEvents(fileText(file.name, chunksOf(file.stream()), gunzip), 'jsonl');
  if (rejected.length === 0 && events.length > 0) return events;
  throw new SidestreamError('store/corrupt', 'The log that this browser keeps is damaged. Drop it again.');
}
