import * as v from 'valibot';
import { feedLines } from './feed-lines';
import { type Item, itemSchema } from './item';
import type { Refusal } from './refusal';

/** Characters of the longest row accepted. */
const MAX_ROW = 1_000_000;

export type CatalogRow = { line: number; item: Item } | { line: number; refused: Refusal[] };

/**
 * Reads a catalogue of one JSON object per line, row by row. A bad row is yielded with everything that is wrong with it
 * and the next row is read; of two rows with one id the first is kept. Tolerates a byte order mark, CRLF and blank lines;
 * a field that is null counts as absent.
 * @param chunks text cut anywhere, for instance a file stream with encoding `utf8`
 */
export async function* jsonlRows(chunks: AsyncIterable<string> | Iterable<string>): AsyncGenerator<CatalogRow> {
  const firstLine = new Map<string, number>();
  for await (const { line, text } of feedLines(chunks, MAX_ROW)) {
    const parsed = text === null ? tooLong(line) : parseRow(line, text);
    if ('item' in parsed) {
      const { id } = parsed.item;
      const first = firstLine.get(id);
      if (first !== undefined) {
        yield { line, refused: [{ line, id, field: 'id', reason: `already used in line ${first}` }] };
        continue;
      }
      firstLine.set(id, line);
    }
    yield parsed;
  }
}

/** A catalogue held in memory. `lines[i]` is the line of `items[i]`. */
export interface Catalog {
  items: Item[];
  lines: number[];
  /** One entry per bad field. */
  refused: Refusal[];
}

/** Reads all rows of `jsonlRows` into memory. Never throws for bad rows; an empty feed gives an empty catalogue. */
export async function readJsonl(chunks: AsyncIterable<string> | Iterable<string>): Promise<Catalog> {
  const catalog: Catalog = { items: [], lines: [], refused: [] };
  for await (const row of jsonlRows(chunks)) {
    if ('item' in row) {
      catalog.items.push(row.item);
      catalog.lines.push(row.line);
    } else catalog.refused.push(...row.refused);
  }
  return catalog;
}

function tooLong(line: number): CatalogRow {
  return { line, refused: [{ line, field: 'row', reason: `longer than ${MAX_ROW} characters` }] };
}

function parseRow(line: number, text: string): CatalogRow {
  const refuse = (field: string, reason: string): CatalogRow => ({ line, refused: [{ line, field, reason }] });
  // The decoder puts U+FFFD where bytes were not UTF-8; such a text would be encoded and shown garbled.
  if (text.includes('\uFFFD')) return refuse('row', 'is not valid UTF-8; save the feed as UTF-8');
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return refuse('row', `is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return refuse('row', 'must be one JSON object; a catalogue has one product per line');
  }
  // Exports write null for what they do not know.
  const known = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null));
  const result = v.safeParse(itemSchema, withAttributes(known));
  if (result.success) return { line, item: result.output };
  const id = 'id' in data && typeof data.id === 'string' ? data.id : undefined;
  const refused = result.issues.map((issue) => ({
    line,
    ...(id === undefined ? {} : { id }),
    field: v.getDotPath(issue) ?? 'row',
    reason: reasonOf(issue),
  }));
  return { line, refused };
}

/** A row whose further columns, such as `year` or `colour`, stand among its attributes. */
function withAttributes(row: Record<string, unknown>): Record<string, unknown> {
  const { attributes = {} } = row;
  if (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes)) return row;
  const further = Object.entries(row).filter(
    ([key, value]) => !Object.hasOwn(itemSchema.entries, key) && ['string', 'number', 'boolean'].includes(typeof value),
  );
  return { ...row, attributes: { ...Object.fromEntries(further), ...attributes } };
}

/** Checks of values have messages of their own; those of types are put into words here. */
function reasonOf(issue: v.BaseIssue<unknown>): string {
  if (issue.kind !== 'schema') return issue.message;
  if (issue.received === 'undefined') return 'is missing';
  return `must be ${(issue.expected ?? 'another type').replaceAll(' | ', ' or ').replace(/[()]/g, '')}, not ${issue.received}`;
}
