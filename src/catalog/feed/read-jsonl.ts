import { feedLines } from './feed-lines';
import { type FeedRecord, isObject, MAX_RECORD, type TextChunks } from './feed-record';

/** Reads one JSON object per line. Tolerates a byte order mark, CRLF and blank lines. */
export async function* jsonlRecords(chunks: TextChunks): AsyncGenerator<FeedRecord> {
  for await (const { line, text } of feedLines(chunks, MAX_RECORD)) {
    yield text === null ? { line, reason: `longer than ${MAX_RECORD} characters` } : parseLine(line, text);
  }
}

function parseLine(line: number, text: string): FeedRecord {
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch (error) {
    return { line, reason: `is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (!isObject(fields)) return { line, reason: 'must be one JSON object; a catalogue has one product per line' };
  return { line, shape: 'columns', fields };
}
