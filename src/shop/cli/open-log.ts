import { peekText } from '../../core/catalog/feed';
import { SidestreamError } from '../../error';
import { openText } from '../bundler';
import type { EventFormat } from '../logs';

/**
 * Opens a log, decompressed if it is gzip, in the encoding that its first bytes show. Its name or an opening brace identifies
 * JSON lines.
 * @throws SidestreamError `runtime/invalid-input` if it cannot be read or is not a log
 */
export async function openLog(path: string): Promise<{ format: EventFormat; text: AsyncIterable<string> }> {
  try {
    const { head, all } = await peekText(openText(path));
    const start = head.replace(/^\uFEFF/, '').trimStart();
    if (/^\[\s*(\{|$)/.test(start)) {
      throw invalid(`${path} is one JSON array. Write each of its objects on a separate line, and nothing else.`);
    }
    const isJson = /\.(jsonl|ndjson)(\.gz)?$/i.test(path) || start.startsWith('{');
    return { format: isJson ? 'jsonl' : 'csv', text: readable(path, all) };
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

async function* readable(path: string, text: AsyncIterable<string>): AsyncGenerator<string> {
  try {
    yield* text;
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

const invalid = (message: string, cause?: unknown): SidestreamError =>
  new SidestreamError('runtime/invalid-input', message, { cause });

function unreadable(path: string, cause: unknown): SidestreamError {
  if (cause instanceof SidestreamError) return cause;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EISDIR') return invalid(`${path} is a folder. Name the file of the log.`, cause);
  const why = cause instanceof Error ? cause.message : String(cause);
  return invalid(`The events cannot be read: ${why}. Check the path.`, cause);
}
