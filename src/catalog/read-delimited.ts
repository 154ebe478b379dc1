import Papa from 'papaparse';
import * as v from 'valibot';
import { type FeedRecord, MAX_RECORD, type TextChunks } from './feed-record';

export interface Dialect {
  /** Between columns. */
  separator: string;
  /** Round cells that hold separators or line ends; `false` where quotes mean nothing. Default `"`. */
  quote?: string | false;
}

const parsedSchema = v.object({
  data: v.array(v.array(v.string())),
  errors: v.array(v.object({ row: v.number(), message: v.string() })),
  meta: v.object({ cursor: v.number() }),
});

/**
 * Reads a table whose first row names the columns. Empty cells count as absent; of columns with one name the first cell
 * that has a value counts. A row whose quotes do not match is refused and reading goes on in the next line.
 */
export async function* delimitedRecords(chunks: TextChunks, dialect: Dialect): AsyncGenerator<FeedRecord> {
  let header: string[] | null = null;
  for await (const { line, cells, problem } of tableRows(chunks, dialect)) {
    if (problem !== undefined) yield { line, reason: problem };
    else if (cells.every((cell) => cell.trim() === '')) continue;
    else if (header === null) header = cells.map((cell) => cell.trim());
    else yield recordOf(line, header, cells);
  }
}

function recordOf(line: number, header: string[], cells: string[]): FeedRecord {
  if (cells.length > header.length && cells.slice(header.length).some((cell) => cell.trim() !== '')) {
    const reason = `has ${cells.length} cells, the first line ${header.length}; put cells with separators in quotes`;
    return { line, reason };
  }
  const fields: Record<string, unknown> = {};
  for (const [i, name] of header.entries()) {
    const cell = cells[i]?.trim();
    if (name !== '' && cell && fields[name] === undefined) fields[name] = cell;
  }
  return { line, shape: 'columns', fields };
}

interface TableRow {
  line: number;
  cells: string[];
  problem?: string;
}

/** Rows of the table, read chunk by chunk: what is left of a chunk after its last whole row waits for the next one. */
async function* tableRows(chunks: TextChunks, { separator, quote = '"' }: Dialect): AsyncGenerator<TableRow> {
  // Papa knows no "no quotes"; a character that text does not have does the same.
  const config = { delimiter: separator, newline: '\n', quoteChar: quote === false ? '\u0000' : quote } as const;
  let rest = '';
  let line = 1;
  const parse = (preview: number) => {
    const parser = new Papa.Parser({ ...config, preview });
    return v.parse(parsedSchema, parser.parse(rest, 0, true));
  };
  const wholeRows = (): TableRow[] => {
    let parsed = parse(0);
    const [error] = parsed.errors;
    // A wrong quote may have swallowed lines: only the rows before it are sure.
    if (error) parsed = error.row > 0 ? parse(error.row) : { data: [], errors: [], meta: { cursor: 0 } };
    rest = rest.slice(parsed.meta.cursor);
    const rows = parsed.data.map((cells): TableRow => {
      const at = line;
      line += 1 + cells.reduce((sum, cell) => sum + lineEnds(cell), 0);
      return { line: at, cells };
    });
    return error ? [...rows, dropLine(`has a cell that cannot be read: ${error.message}`), ...wholeRows()] : rows;
  };
  /** Gives up the first line of what is left, and only that: what follows may be sound. */
  const dropLine = (problem: string): TableRow => {
    rest = rest.slice(rest.indexOf('\n') + 1);
    return { line: line++, cells: [], problem };
  };
  const NOT_CLOSED = 'has a quote that is not closed, or is too long';
  let skipping = false;
  for await (const chunk of unixLines(chunks)) {
    const from = skipping ? chunk.indexOf('\n') + 1 : 0;
    if (skipping && from === 0) continue;
    skipping = false;
    rest += chunk.slice(from);
    yield* wholeRows();
    while (rest.length > MAX_RECORD && rest.includes('\n')) {
      yield dropLine(NOT_CLOSED);
      yield* wholeRows();
    }
    if (rest.length > MAX_RECORD) {
      yield { line: line++, cells: [], problem: `is longer than ${MAX_RECORD} characters` };
      rest = '';
      skipping = true;
    }
  }
  if (rest === '') return;
  rest += '\n';
  yield* wholeRows();
  while (rest !== '') {
    yield dropLine(NOT_CLOSED);
    yield* wholeRows();
  }
}

function lineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** CRLF and CR become LF, also where a chunk ends between the two. */
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
