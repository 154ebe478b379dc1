import * as v from 'valibot';
import { describeRejectedRow, type RejectedRow, shortened } from '../../core/catalog';
import { feedLines, peekText, separatorOf, tableRows } from '../../core/catalog/feed';
import { idSchema, writtenId } from '../../core/common/ids';
import { messageOf } from '../../core/common/text';
import { invalidInput, SidestreamError } from '../../error';
import { openText } from './open-text';

/** Two ids that a row of a file links. */
export interface Pair {
  left: string;
  right: string;
  /** In lower case, letters and digits only; empty if the file has no such column. */
  type: string;
}

/** Names of the columns, in lower case and without `_`, `-` and spaces; the first existing one counts. */
export interface PairColumns {
  left: readonly string[];
  right: readonly string[];
}

const TYPE = ['type', 'linktype', 'relation'];
/** Maximum length of a JSON row. */
const MAX_ROW = 100_000;
/** Maximum number of refused rows shown individually; the rest are counted. */
const SHOWN = 20;

const plain = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/**
 * Reads a file of pairs, CSV with a header or (by its name, `.jsonl`, `.ndjson`) JSON lines. Refused rows are shown on
 * stderr and left out.
 * @throws SidestreamError `runtime/invalid-input` if it cannot be read or has no usable row
 */
export async function readPairFile(path: string, columns: PairColumns): Promise<Pair[]> {
  const pairs: Pair[] = [];
  const rejected: RejectedRow[] = [];
  try {
    for await (const row of rowsOf(path)) {
      const pair = pairOf(row, columns);
      if ('left' in pair) pairs.push(pair);
      else rejected.push({ line: row.line, ...pair });
    }
  } catch (cause) {
    if (cause instanceof SidestreamError) throw cause;
    throw new SidestreamError('runtime/invalid-input', `${path} cannot be read: ${messageOf(cause)}. Check the path.`, {
      cause,
    });
  }
  for (const row of rejected.slice(0, SHOWN)) console.error(describeRejectedRow(row));
  if (rejected.length > SHOWN) console.error(`… and ${rejected.length - SHOWN} more`);
  if (pairs.length === 0) {
    const names = `${columns.left.join(', ')} and one called ${columns.right.join(', ')}`;
    throw invalidInput(`${path} has no usable row. It needs a column called ${names}.`);
  }
  return pairs;
}

/** A row, with its original text if that is JSON. */
interface Row {
  line: number;
  data: unknown;
  /** The JSON from which it was read. */
  json?: string;
  problem?: string;
}

/** Rows as objects by column name; text that is not an object is passed on unchanged. */
async function* rowsOf(path: string): AsyncGenerator<Row> {
  if (/\.(jsonl|ndjson)(\.gz)?$/i.test(path)) {
    for await (const { line, text } of feedLines(openText(path), MAX_ROW)) {
      yield text === null ? { line, data: null } : { line, data: json(text), json: text };
    }
    return;
  }
  const { head, all } = await peekText(openText(path));
  let header: string[] | null = null;
  for await (const { line, cells, problem } of tableRows(all, { separator: separatorOf(head.trimStart()) ?? ',' })) {
    if (problem !== undefined) yield { line, data: null, problem };
    else if (cells.every((cell) => cell.trim() === '')) continue;
    else if (header === null) header = cells;
    else yield { line, data: Object.fromEntries(header.map((name, n) => [name, cells[n]]).filter(([, cell]) => cell)) };
    if (header === null) return;
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Refused as a row that is not an object, with its line.
    return text;
  }
}

function pairOf({ data, json, problem }: Row, columns: PairColumns): Pair | Pick<RejectedRow, 'field' | 'reason'> {
  if (problem !== undefined) return { field: 'row', reason: problem };
  if (typeof data !== 'object' || data === null) return { field: 'row', reason: 'must be one JSON object' };
  const cells = new Map(Object.entries(data).map(([name, value]) => [plain(name), { name, value }]));
  const cell = (names: readonly string[]) => cells.get(names.find((name) => cells.has(name)) ?? '');
  const ids: string[] = [];
  for (const side of ['left', 'right'] as const) {
    const { name, value } = cell(columns[side]) ?? { name: columns[side][0], value: undefined };
    const result = v.safeParse(idSchema, json === undefined ? value : writtenId(json, name, value));
    if (!result.success) {
      const reason = value === undefined ? 'is missing' : result.issues[0].message;
      return { field: shortened(name.trim(), 40), reason };
    }
    ids.push(result.output);
  }
  return { left: ids[0], right: ids[1], type: plain(String(cell(TYPE)?.value ?? '')) };
}
