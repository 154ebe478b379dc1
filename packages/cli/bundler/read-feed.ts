import { closeSync, openSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describeRejectedRow, type RejectedRow } from '../../../src/core/catalog';
import {
  type FeedMapping,
  type FeedOptions,
  type FeedRow,
  feedRows,
  parseFeedMapping,
} from '../../../src/core/catalog/feed';
import { messageOf } from '../../../src/core/common/text';
import { invalidInput, SidestreamError } from '../../../src/error';
import { type CollectedFeed, collectRows, type PlacedRow, RejectedRows } from '../../shop/pipeline';
import { openFeed } from './open-feed';

export interface ReadFeedOptions extends FeedOptions {
  /** Whether the first refused row ends the command. Default false. */
  strict?: boolean;
}

/**
 * Reads the products of files, folders and addresses row by row; memory does not grow with the feed. See `feedRows`.
 * @throws SidestreamError `catalog/unreadable`, `catalog/unknown-format`; with `strict` `catalog/refused`
 */
export async function* readFeed(paths: readonly string[], options: ReadFeedOptions = {}): AsyncGenerator<FeedRow> {
  for await (const row of feedRows(openFeed(paths), options)) {
    if (options.strict && 'rejected' in row) throw strictError(row.rejected[0]);
    yield row;
  }
}

export function strictError(rejected: RejectedRow): SidestreamError {
  const what = `${describeRejectedRow(rejected)}. Nothing was written; correct the feed or leave out --strict.`;
  return new SidestreamError('catalog/refused', what);
}

/** Reads all rows of `readFeed`; throws as it does. @param from number of its first row among all reported rows; default 0 */
export const collectFeed = (
  paths: readonly string[],
  options: ReadFeedOptions = {},
  rejectedRows?: RejectedRows,
  from?: number,
): Promise<CollectedFeed> =>
  collectRows((observer) => readFeed(paths, { ...options, ...observer }), rejectedRows, from);

/** Reads a mapping file, if there is one. @throws SidestreamError `catalog/bad-mapping` */
export async function readMapping(path?: string, encoding?: string): Promise<FeedMapping> {
  const own = encoding === undefined ? {} : { encoding };
  if (path === undefined) return own;
  const text = await readFile(path, 'utf8').catch((cause) => {
    const message = `The mapping cannot be read: ${messageOf(cause)}. Check the path.`;
    throw new SidestreamError('catalog/bad-mapping', message, { cause });
  });
  return { ...parseFeedMapping(text, path), ...own };
}

/** Writes every rejected row to a file, too, if one is given, in the order of the feed. */
export class RejectedRowsFile extends RejectedRows {
  readonly #all: PlacedRow[] = [];
  readonly #file: number | null;

  /** @throws SidestreamError `runtime/invalid-input` if the file cannot be written */
  constructor(path?: string) {
    super();
    this.#file = path === undefined ? null : opened(path);
  }

  override add(at: number, ...rows: readonly RejectedRow[]): void {
    super.add(at, ...rows);
    if (this.#file !== null) for (const row of rows) this.#all.push({ at, row });
  }

  close(): void {
    if (this.#file === null) return;
    for (const { row } of this.#all.sort((a, b) => a.at - b.at)) writeSync(this.#file, `${JSON.stringify(row)}\n`);
    closeSync(this.#file);
  }
}

function opened(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (cause) {
    const message = `The refused rows cannot be written: ${messageOf(cause)}. Name another file with --refusals.`;
    throw invalidInput(message, { cause });
  }
}
