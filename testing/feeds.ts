import type { FeedFormat } from '../src/core/catalog/feed/feed-format';
import type { FeedMapping } from '../src/core/catalog/feed/feed-record';
import { type FeedRow, feedRows } from '../src/core/catalog/feed/feed-rows';
import type { Item } from '../src/core/catalog/item';
import type { RejectedRow } from '../src/core/catalog/rejected-row';

type Chunks = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

async function* encoded(chunks: Chunks): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const chunk of chunks) yield typeof chunk === 'string' ? encoder.encode(chunk) : chunk;
}

export interface ReadText {
  items: Item[];
  /** Line or number of each item. */
  lines: number[];
  rejected: RejectedRow[];
  rows: FeedRow[];
  format?: FeedFormat['name'];
}

/** Reads all rows of one feed named `feed`. */
export async function readFeedText(chunks: Chunks, mapping?: FeedMapping): Promise<ReadText> {
  const read: ReadText = { items: [], lines: [], rejected: [], rows: [] };
  const onFormat = (_: string, format: FeedFormat['name']): void => {
    read.format = format;
  };
  for await (const row of feedRows([{ file: 'feed', bytes: encoded(chunks) }], { mapping, onFormat })) {
    read.rows.push(row);
    if ('item' in row) {
      read.items.push(row.item);
      read.lines.push(row.line);
    } else if ('rejected' in row) read.rejected.push(...row.rejected);
  }
  return read;
}
