import { shortened } from '../../core/catalog';
import { peekText } from '../../core/catalog/feed';
import { invalidInput } from '../../error';
import { type EventFormat, type ReadLog, readEvents } from './event-log';
import { groupedRows } from './grouped-rows';

/**
 * Finds the format of a log: its name or an opening brace identifies JSON lines.
 * @param name name or path of the file
 * @throws SidestreamError `runtime/invalid-input` if it is not a log; errors of the text
 */
async function openLog(
  name: string,
  text: AsyncIterable<string>,
): Promise<{ format: EventFormat; text: AsyncIterable<string> }> {
  const { head, all } = await peekText(text);
  const start = head.replace(/^\uFEFF/, '').trimStart();
  if (/^\[\s*(\{|$)/.test(start)) {
    throw invalidInput(`${name} is one JSON array. Write each of its objects on a separate line, and nothing else.`);
  }
  const isJson = /\.(jsonl|ndjson)(\.gz)?$/i.test(name) || start.startsWith('{');
  return { format: isJson ? 'jsonl' : 'csv', text: all };
}

/** Reads a log of either format. @throws SidestreamError as `openLog` */
export async function readLog(name: string, chunks: AsyncIterable<string>): Promise<ReadLog> {
  const { format, text } = await openLog(name, chunks);
  return readEvents(text, format);
}

/** @throws SidestreamError `runtime/invalid-input` if a log has no usable event */
export function requireEvents(name: string, log: ReadLog): void {
  if (log.events.length === 0) throw invalidInput(withoutEvents(name, log));
}

/** Maximum number of header names shown. */
const SHOWN_NAMES = 12;

function withoutEvents(name: string, { rejected, header, returns }: ReadLog): string {
  if (returns > 0 && rejected.length === 0) return `${name} has no event: all of its lines are returns.`;
  if (rejected.length > 0) {
    const names = header.slice(0, SHOWN_NAMES).map((column) => JSON.stringify(shortened(column, 40)));
    const more = header.length > SHOWN_NAMES ? ', …' : '';
    const found = header.length > 0 ? ` The columns found are ${names.join(', ')}${more}.` : '';
    const [first] = groupedRows(rejected);
    return `${name} has no usable event. ${first}.${found}`;
  }
  return header.length > 0
    ? `${name} has no event: there is nothing below the names of the columns.`
    : `${name} is empty. Write a log with a line for each choice, as CSV or JSON lines with user, item and time.`;
}
