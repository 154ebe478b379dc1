import * as v from 'valibot';
import { type LogEvent, readLog } from '../../../packages/shop/logs';
import { MANIFEST_FILE } from '../../../src/core/catalog';
import { fileText } from '../../../src/core/catalog/feed';
import { invalidInput, SidestreamError } from '../../../src/error';
import { chunksOf, gunzip } from '../files/gunzip';
import { studioFolder } from '../files/opfs';
import type { LearnReport, LogReport } from '../session';

/** Files in the folder `log`. */
const EVENTS_FILE = 'events.jsonl.gz';
export const CHECKPOINT_FILE = 'side-training.weights';
const LOG_REPORT_FILE = 'log.json';
const LEARNED_REPORT_FILE = 'learned.json';

/** Incremented when a report of Studio changes: those of another version are dropped; encoded products are not. */
export const REPORTS_VERSION = 2;

export const reportOf = <T>() => v.custom<T>((value) => typeof value === 'object' && value !== null);
const version = v.literal(REPORTS_VERSION);
const logSchema = v.strictObject({ version, log: reportOf<LogReport>() });
/** A report with the digest of the bundle that it is about. */
const learnedSchema = v.strictObject({ version, digest: v.string(), learned: reportOf<LearnReport>() });
const manifestSchema = v.object({ digest: v.string(), side: v.optional(v.unknown()) });

/** Studio's report on the log that it keeps; null if it keeps none. */
export async function storedLog(): Promise<LogReport | null> {
  const folder = await studioFolder('log');
  if (!(await folder.file(EVENTS_FILE))) return null;
  return (await parsed(logSchema, await folder.file(LOG_REPORT_FILE)))?.log ?? null;
}

/** The result of the training for the present bundle; null without one. */
export async function storedLearned(): Promise<LearnReport | null> {
  const kept = await parsed(learnedSchema, await (await studioFolder('log')).file(LEARNED_REPORT_FILE));
  if (!kept) return null;
  const manifest = await parsed(manifestSchema, await (await studioFolder('bundle')).file(MANIFEST_FILE));
  return manifest?.digest === kept.digest && manifest.side ? kept.learned : null;
}

export async function keepLog(log: LogReport): Promise<void> {
  await (await studioFolder('log')).write(LOG_REPORT_FILE, bytesOf({ log }));
}

/** @param digest of the bundle */
export async function keepLearned(learned: LearnReport, digest: string): Promise<void> {
  await (await studioFolder('log')).write(LEARNED_REPORT_FILE, bytesOf({ digest, learned }));
}

/** Removes the result of the training, and the checkpoint of an interrupted one: both belong to another log. */
export async function forgetLearned(): Promise<void> {
  await dropCheckpoint();
  await removed(LEARNED_REPORT_FILE);
}

/** Removes the checkpoint of an interrupted training; one of another catalogue or of other pictures is worth nothing. */
export const dropCheckpoint = (): Promise<void> => removed(CHECKPOINT_FILE);

async function removed(name: string): Promise<void> {
  const folder = await studioFolder('log');
  if (await folder.file(name)) await folder.remove(name);
}

const bytesOf = (report: object): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ version: REPORTS_VERSION, ...report }));

/** The content of a file; null if it is missing or of another version of Studio. */
export async function parsed<Schema extends v.GenericSchema>(
  schema: Schema,
  file: File | null,
): Promise<v.InferOutput<Schema> | null> {
  if (!file) return null;
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), await file.text());
  return result.success ? result.output : null;
}

/** Keeps the events of a log, whose shoppers are hashed, as compressed lines of JSON. */
export async function keepEvents(events: readonly LogEvent[]): Promise<void> {
  const lines = new Blob(events.map((event) => `${JSON.stringify(event)}\n`));
  const packed = await new Response(lines.stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer();
  await (await studioFolder('log')).write(EVENTS_FILE, new Uint8Array(packed));
}

/** The kept events. @throws SidestreamError `runtime/invalid-input` without a log; `store/corrupt` */
export async function keptEvents(): Promise<LogEvent[]> {
  const file = await (await studioFolder('log')).file(EVENTS_FILE);
  if (!file) throw invalidInput('There is no log yet. Drop one first.');
  const { events, rejected } = await readLog(file.name, fileText(file.name, chunksOf(file.stream()), gunzip));
  if (rejected.length === 0 && events.length > 0) return events;
  throw new SidestreamError('store/corrupt', 'The log that this browser keeps is damaged. Drop it again.');
}
