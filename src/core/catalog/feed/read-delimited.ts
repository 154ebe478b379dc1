import { type FeedRecord, MAX_RECORD, type TextChunks } from './feed-record';
import { type FeedLine, splitLines } from './feed-text';

export interface DelimitedDialect {
  separator: string;
  /** Quote of cells that contain separators or line ends; `false` if quotes have no meaning. Default `"`. */
  quote?: string | false;
}

/**
 * Reads a table whose first row names the columns. Empty cells count as absent; among columns with the same name, the first
 * cell with a value counts. A row whose quotes do not match is rejected, and reading continues in the next line; if it is
 * the header, the table cannot be read.
 * @returns the names of the columns, then the records
 */
export async function* delimitedRecords(
  chunks: TextChunks,
  dialect: DelimitedDialect,
): AsyncGenerator<FeedRecord | { columns: readonly string[] }> {
  let header: string[] | null = null;
  for await (const { line, cells, problem } of tableRows(chunks, dialect)) {
    if (problem !== undefined) {
      if (header === null) {
        yield { line, reason: `${problem}; it names the columns, so the table was not read` };
        return;
      }
      yield { line, reason: problem };
    } else if (cells.every((cell) => cell.trim() === '')) continue;
    else if (header === null) {
      header = cells.map((cell) => cell.trim());
      yield { columns: header };
    } else yield recordOf(line, header, cells);
  }
}

function recordOf(line: number, header: string[], cells: string[]): FeedRecord {
  if (cells.length > header.length && cells.slice(header.length).some((cell) => cell.trim() !== '')) {
    const reason = `has ${cells.length} cells, but the first line has ${header.length}; put cells with separators in quotes`;
    return { line, reason };
  }
  const fields: Record<string, unknown> = {};
  for (let i = 0; i < Math.min(header.length, cells.length); i++) {
    const [name, cell] = [header[i], cells[i].trim()];
    if (name !== '' && cell !== '' && !Object.hasOwn(fields, name)) fields[name] = cell;
  }
  return { line, shape: 'columns', fields, header };
}

/** The cells of a row, or the reason why it cannot be read. */
interface TableRow {
  line: number;
  cells: string[];
  problem?: string;
}

const TOO_LONG = `is longer than ${MAX_RECORD} characters`;
const NOT_CLOSED = 'has a quote that is not closed, or is too long';
const TEXT_AFTER_QUOTE = 'has a cell that cannot be read: text follows its closing quote';

/**
 * Rows of a table, including the header; a quoted cell may contain line ends. If a row cannot be read, only its first line is rejected,
 * because a wrong quote may have enclosed good rows. Papa Parse reads to the end of the text after each mistake, which takes
 * quadratic time; here every line is read at most three times: as the beginning of a row, as the continuation of an open
 * quote (the same for all rows that are open before it), and as a part of a row of several lines.
 */
export async function* tableRows(
  chunks: TextChunks,
  { separator, quote = '"' }: DelimitedDialect,
): AsyncGenerator<TableRow> {
  /** Lines from `first` on are pending, of `length` characters. */
  let lines: FeedLine[] = [];
  let [first, length] = [0, 0];
  /** Whether the first pending line leaves a quote open. */
  let open = false;
  /** Line up to which all lines after the first leave the quote open, and its effect on the quote; null before it is read. */
  let next = 1;
  let effect: 'closes' | 'breaks' | null = null;
  const drop = (count: number): void => {
    for (let i = 0; i < count; i++) length -= lengthOf(lines[first++]);
    open = false;
    if (first < lines.length / 2) return;
    lines = lines.slice(first);
    next -= first;
    first = 0;
  };
  const rejected = (line: number, problem: string): TableRow => {
    drop(1);
    return { line, cells: [], problem };
  };
  /** Finds the line that closes the quote which the first line leaves open. */
  const follow = (): void => {
    if (next <= first) [next, effect] = [first + 1, null];
    while (effect === null && next < lines.length) {
      const { text } = lines[next];
      const cells = text === null ? 'broken' : cellsOf(quote + text, separator, quote);
      if (cells === 'open') next++;
      else effect = cells === 'broken' ? 'breaks' : 'closes';
    }
  };
  /** The rows that the lines so far complete. */
  function* complete(ended: boolean): Generator<TableRow> {
    while (first < lines.length) {
      const { line, text } = lines[first];
      const cells = open || text === null ? 'open' : cellsOf(text, separator, quote);
      if (text === null) yield rejected(line, TOO_LONG);
      else if (cells === 'broken') yield rejected(line, TEXT_AFTER_QUOTE);
      else if (cells !== 'open') {
        drop(1);
        yield { line, cells };
      } else {
        open = true;
        follow();
        if (effect === null && !ended && length <= MAX_RECORD) return;
        const own = effect === 'closes' && length <= MAX_RECORD ? lines.slice(first, next + 1) : [];
        const whole = cellsOf(own.map((part) => part.text).join('\n'), separator, quote);
        if (own.length === 0 || typeof whole === 'string') {
          yield rejected(line, effect === 'breaks' ? TEXT_AFTER_QUOTE : NOT_CLOSED);
          continue;
        }
        drop(own.length);
        yield { line, cells: whole };
      }
    }
  }
  for await (const some of splitLines(unixLines(chunks), MAX_RECORD)) {
    for (const line of some) {
      lines.push(line);
      length += lengthOf(line);
      for (const row of complete(false)) yield row;
    }
  }
  yield* complete(true);
}

/** Cells of a row; `open` when its last quote is not closed, `broken` when text follows a closing one. */
function cellsOf(text: string, separator: string, quote: string | false): string[] | 'open' | 'broken' {
  if (quote === false || !text.includes(quote)) return text.split(separator);
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] !== quote) {
      const end = text.indexOf(separator, at);
      cells.push(text.slice(at, end === -1 ? undefined : end));
      if (end === -1) return cells;
      at = end + separator.length;
      continue;
    }
    let end = text.indexOf(quote, at + 1);
    while (end !== -1 && text[end + 1] === quote) end = text.indexOf(quote, end + 2);
    if (end === -1) return 'open';
    cells.push(text.slice(at + 1, end).replaceAll(quote + quote, quote));
    at = end + 1;
    while (at < text.length && text[at] !== separator && text[at].trim() === '') at++;
    if (at === text.length) return cells;
    if (text[at] !== separator) return 'broken';
    at++;
  }
}

const lengthOf = ({ text }: FeedLine): number => (text?.length ?? 0) + 1;

/** CRLF and CR become LF, even if a chunk ends between the two. */
async function* unixLines(chunks: TextChunks): AsyncGenerator<string> {
  let waiting = false;
  for await (const chunk of chunks) {
    let text: string = waiting ? `\r${chunk}` : chunk;
    waiting = text.endsWith('\r');
    if (waiting) text = text.slice(0, -1);
    yield text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  }
  if (waiting) yield '\n';
}
