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

/**
 * Rows of a table, including the header. A row whose quotes do not match has a problem, and reading continues in the next
 * line.
 */
export async function* tableRows(
  chunks: TextChunks,
  { separator, quote = '"' }: DelimitedDialect,
): AsyncGenerator<TableRow> {
  const rows = new Rows(separator, quote);
  for await (const lines of splitLines(unixLines(chunks), MAX_RECORD)) {
    for (const line of lines) for (const row of rows.take(line)) yield row;
  }
  for (const row of rows.end()) yield row;
}

const TOO_LONG = `is longer than ${MAX_RECORD} characters`;
const NOT_CLOSED = 'has a quote that is not closed, or is too long';
const TEXT_AFTER_QUOTE = 'has a cell that cannot be read: text follows its closing quote';

/**
 * Joins the lines of a row if a quoted cell contains line ends. If a row cannot be read, only its first line is rejected,
 * because a wrong quote may have enclosed good rows. Papa Parse reads to the end of the text after each mistake, which takes
 * quadratic time; here every line is read at most three times: as the beginning of a row, as the continuation of an open
 * quote (the same for all rows that are open before it), and as a part of a row of several lines.
 */
class Rows {
  /** Lines from `#first` on are pending. */
  #lines: FeedLine[] = [];
  #first = 0;
  /** Pending characters. */
  #length = 0;
  /** Whether the first pending line leaves a quote open. */
  #open = false;
  /** Line up to which all lines after the first leave the quote open. */
  #next = 1;
  /** Effect of the line `#next` on an open quote; null before it is read. */
  #effect: 'closes' | 'breaks' | null = null;

  constructor(
    private readonly separator: string,
    private readonly quote: string | false,
  ) {}

  /** The rows that one more line completes. */
  take(line: FeedLine): Generator<TableRow> {
    this.#lines.push(line);
    this.#length += lengthOf(line);
    return this.#decided(false);
  }

  end(): Generator<TableRow> {
    return this.#decided(true);
  }

  *#decided(ended: boolean): Generator<TableRow> {
    while (this.#first < this.#lines.length) {
      const { line, text } = this.#lines[this.#first];
      const cells = this.#open || text === null ? 'open' : this.#cells(text);
      if (text === null) yield this.#reject(line, TOO_LONG);
      else if (cells === 'broken') yield this.#reject(line, TEXT_AFTER_QUOTE);
      else if (cells !== 'open') {
        this.#drop(1);
        yield { line, cells };
      } else {
        this.#open = true;
        this.#follow();
        if (this.#effect === null && !ended && this.#length <= MAX_RECORD) return;
        const whole = this.#effect === 'closes' && this.#length <= MAX_RECORD ? this.#wholeRow() : null;
        if (whole !== null) yield { line, cells: whole };
        else yield this.#reject(line, this.#effect === 'breaks' ? TEXT_AFTER_QUOTE : NOT_CLOSED);
      }
    }
  }

  /** Finds the line that closes the quote which the first line leaves open. */
  #follow(): void {
    if (this.#next <= this.#first) {
      this.#next = this.#first + 1;
      this.#effect = null;
    }
    while (this.#effect === null && this.#next < this.#lines.length) {
      const { text } = this.#lines[this.#next];
      const cells = text === null ? 'broken' : this.#cells(this.quote + text);
      if (cells === 'open') this.#next++;
      else this.#effect = cells === 'broken' ? 'breaks' : 'closes';
    }
  }

  #wholeRow(): string[] {
    const lines = this.#lines.slice(this.#first, this.#next + 1);
    const cells = this.#cells(lines.map(({ text }) => text).join('\n'));
    this.#drop(lines.length);
    return typeof cells === 'string' ? [] : cells;
  }

  #reject(line: number, problem: string): TableRow {
    this.#drop(1);
    return { line, cells: [], problem };
  }

  #drop(count: number): void {
    for (let i = 0; i < count; i++) this.#length -= lengthOf(this.#lines[this.#first++]);
    this.#open = false;
    if (this.#first < this.#lines.length / 2) return;
    this.#lines = this.#lines.slice(this.#first);
    this.#next -= this.#first;
    this.#first = 0;
  }

  /** Cells of a row; `open` when its last quote is not closed, `broken` when text follows a closing one. */
  #cells(text: string): string[] | 'open' | 'broken' {
    const [separator, quote] = [this.separator, this.quote];
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
