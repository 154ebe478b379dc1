import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import Papa from 'papaparse';
import * as v from 'valibot';
import { describeRejectedRow, type RejectedRow } from '../catalog';
import { feedLines } from '../catalog/feed';
import { SidestreamError } from '../error';

/** Two ids that a row of a file brings together. */
export interface Pair {
  left: string;
  right: string;
  /** In lower case, letters and digits only; empty where the file has no such column. */
  type: string;
}

/** Names of the columns, in lower case and without `_`, `-` and spaces; the first that is there counts. */
export interface PairColumns {
  left: readonly string[];
  right: readonly string[];
}

const TYPE = ['type', 'linktype', 'relation'];
/** Characters of the longest row of JSON accepted. */
const MAX_ROW = 100_000;
/** Refused rows shown one by one; the rest is counted. */
const SHOWN = 20;

const id = v.pipe(
  v.union([v.string(), v.pipe(v.number(), v.finite(), v.transform(String))], 'must be a text or a number'),
  v.trim(),
  v.minLength(1, 'is empty'),
  v.maxLength(256, 'must be at most 256 characters'),
);

const plain = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/**
 * Reads a file of pairs, CSV with a header or (by its name, `.jsonl`, `.ndjson`) JSON lines. Refused rows are shown on
 * stderr and left out.
 * @throws SidestreamError `runtime/invalid-input` when it cannot be read or holds no good row
 */
export async function readPairFile(path: string, columns: PairColumns): Promise<Pair[]> {
  const pairs: Pair[] = [];
  const rejected: RejectedRow[] = [];
  try {
    for await (const { line, data } of rowsOf(path)) {
      const pair = pairOf(data, columns);
      if ('left' in pair) pairs.push(pair);
      else rejected.push({ line, ...pair });
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SidestreamError('runtime/invalid-input', `${path} cannot be read: ${why}. Check the path.`, { cause });
  }
  for (const row of rejected.slice(0, SHOWN)) console.error(describeRejectedRow(row));
  if (rejected.length > SHOWN) console.error(`… and ${rejected.length - SHOWN} more`);
  if (pairs.length === 0) {
    const names = `${columns.left.join(', ')} and one called ${columns.right.join(', ')}`;
    throw new SidestreamError('runtime/invalid-input', `${path} has no usable row. It needs a column called ${names}.`);
  }
  return pairs;
}

/** Rows as objects by plain column name; text that is no object is passed on as it is. */
async function* rowsOf(path: string): AsyncIterable<{ line: number; data: unknown }> {
  if (/\.(jsonl|ndjson)$/i.test(path)) {
    for await (const { line, text } of feedLines(createReadStream(path, 'utf8'), MAX_ROW)) {
      yield { line, data: text === null ? null : json(text) };
    }
    return;
  }
  const { data } = Papa.parse<Record<string, string>>((await readFile(path, 'utf8')).replace(/^\uFEFF/, ''), {
    header: true,
    skipEmptyLines: 'greedy',
  });
  // A quoted cell may hold line ends; then lines are those of rows.
  for (const [row, entry] of data.entries()) yield { line: row + 2, data: entry };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Refused as a row that is no object, with its line.
    return text;
  }
}

function pairOf(data: unknown, columns: PairColumns): Pair | Pick<RejectedRow, 'field' | 'reason'> {
  if (typeof data !== 'object' || data === null) return { field: 'row', reason: 'must be one JSON object' };
  const cells = new Map(Object.entries(data).map(([name, value]) => [plain(name), value]));
  const cell = (names: readonly string[]): unknown => cells.get(names.find((name) => cells.has(name)) ?? '');
  const ids: string[] = [];
  for (const side of ['left', 'right'] as const) {
    const result = v.safeParse(id, cell(columns[side]));
    if (!result.success) return { field: columns[side][0], reason: result.issues[0].message };
    ids.push(result.output);
  }
  return { left: ids[0], right: ids[1], type: plain(String(cell(TYPE) ?? '')) };
}
