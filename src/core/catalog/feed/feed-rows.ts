import { SidestreamError } from '../../../error';
import { kept } from '../../common/grouped';
import type { Item } from '../item';
import { type RejectedRow, type RowUnit, shortened } from '../rejected-row';
import { detectFormat, type FeedFormat, feedLanguage } from './feed-format';
import type { FeedMapping, FeedRecord, RecordShape } from './feed-record';
import { binaryTextKind, feedText, peekText } from './feed-text';
import { groupVariants, htmlRecords, jsonLdRecords } from './json-ld';
import { jsonlRecords, jsonRecords } from './read-json';
import { xmlRecords } from './read-xml';
import { missingColumn } from './record-fields';
import { type ParsedRecord, type Problem, type ReadProduct, recordItem } from './record-item';
import { shopifyVariants } from './shopify-fields';
import { tableRecords } from './shopify-table';
import { joinVariations } from './woocommerce';

export interface FeedSource {
  /** Name in rejected rows. */
  file: string;
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** A product and its place in the feed, the place of an unpublished product, or the errors of a row. */
export type FeedRow<T = Item> = {
  file: string;
  /** As `unit` counts: 1-based. */
  line: number;
  unit: RowUnit;
} & (
  | ReadProduct<T>
  | {
      /** One entry for each of the first 20 bad fields. */
      rejected: RejectedRow[];
      /** Whether an earlier row has the same id. */
      duplicate?: true;
    }
);

/** Maximum length of the reason why a row cannot be read, in characters: parsers quote the bad text in their messages. */
const MAX_REASON = 300;

export interface FeedOptions {
  mapping?: FeedMapping;
  /** Called when a file's format is known, with its language if the file states it. */
  onFormat?(file: string, format: FeedFormat['name'], language: string | undefined): void;
  /** Called after `onFormat` for a file that states no encoding and is not UTF-8, with the encoding that is taken. */
  onGuess?(file: string, encoding: string): void;
}

/**
 * Reads the products of files in any format that `detectFormat` knows, row by row, in the order of the feed. A bad row is
 * yielded with its errors, and reading continues; if several rows, in any of the files, have the same id, the first is kept.
 * Memory does not grow with the feed except for the ids and their places (and for pages of HTML, read one at a time, and for
 * WooCommerce's products with variations).
 * @throws SidestreamError `catalog/unknown-format`, and the errors of the sources
 */
export const feedRows = (
  sources: AsyncIterable<FeedSource> | Iterable<FeedSource>,
  options: FeedOptions = {},
): AsyncGenerator<FeedRow> => parsedRows(sources, recordItem, options);

/** The same with another way to read the records, such as only their offers. */
export async function* parsedRows<T extends { id: string }>(
  sources: AsyncIterable<FeedSource> | Iterable<FeedSource>,
  parse: (shape: RecordShape, record: Record<string, unknown>, mapping: FeedMapping) => ParsedRecord<T>,
  options: FeedOptions = {},
): AsyncGenerator<FeedRow<T>> {
  const { mapping = {} } = options;
  /** Where each id was read first. */
  const seen = new Map<string, { file: string; line: number; unit: RowUnit }>();
  for await (const { file, bytes } of sources) {
    const guessed: string[] = [];
    let onGuess = (encoding: string): unknown => guessed.push(encoding);
    const text = feedText(bytes, { encoding: mapping.encoding, onGuess: (encoding) => onGuess(encoding) });
    const { head, all } = await peekText(text);
    const format = detectFormat(head, mapping.separator);
    if (format === null) throw unknownFormat(file, head);
    const orders = ORDERS.find(([, header]) => mapping.title === undefined && header.test(head));
    if (orders) throw ordersExport(file, orders);
    options.onFormat?.(file, format.name, feedLanguage(head));
    onGuess = (encoding) => options.onGuess?.(file, encoding);
    for (const encoding of guessed) onGuess(encoding);
    /** Whether the next refused row gets advice on its columns: once a file, and not if they fit other rows. */
    let advises = true;
    const unit: RowUnit = format.name === 'json' ? 'product' : 'line';
    const records = joinVariations(recordsOf(format, all, mapping), mapping.variants ?? false);
    for await (const record of mapping.variants ? variantRecords(records) : records) {
      const { line } = record;
      const at = { file, line, unit };
      const rejection = (problems: Problem[], known: { id?: string; title?: string } = {}): FeedRow<T> => ({
        ...at,
        rejected: problems.map((problem) => ({ file, line, ...(unit !== 'line' && { unit }), ...known, ...problem })),
      });
      if ('reason' in record) {
        yield rejection([{ field: 'row', reason: shortened(record.reason, MAX_REASON) }]);
        continue;
      }
      const parsed = parse(record.shape, record.fields, mapping);
      if ('problems' in parsed) {
        const { problems, ...known } = parsed;
        const [{ field, reason }, ...others] = problems;
        const isMissing = reason.startsWith('is missing') && (field === 'id' || field === 'title');
        const advice: string = advises && isMissing ? missingColumn(field, record, mapping) : '';
        advises &&= advice === '';
        yield rejection([{ field, reason: reason + advice }, ...others], known);
        continue;
      }
      advises = false;
      const id = 'item' in parsed ? parsed.item.id : undefined;
      const earlier = id === undefined ? at : kept(seen, id, () => at);
      if (earlier !== at) {
        const place = `${earlier.unit} ${earlier.line}`;
        const where = earlier.file === file ? place : `${earlier.file}, ${place}`;
        const problems = [{ field: 'id', reason: `already used in ${where}` }];
        yield { ...rejection(problems, { id }), duplicate: true };
      } else yield { ...at, ...parsed };
    }
  }
}

function recordsOf(format: FeedFormat, text: AsyncIterable<string>, mapping: FeedMapping): AsyncGenerator<FeedRecord> {
  switch (format.name) {
    case 'jsonl':
      return jsonlRecords(text);
    case 'csv':
      return tableRecords(text, { separator: format.separator, quote: mapping.quote }, mapping.variants ?? false);
    case 'xml':
      return xmlRecords(text);
    case 'json':
      return jsonRecords(text, { list: format.list, products: mapping.products });
    case 'json-ld':
      return jsonLdRecords(text);
    case 'html':
      return htmlRecords(text);
  }
}

/**
 * Replaces each product whose variants the feed lists by one record for each of them: a Shopify product, and a ProductGroup of
 * schema.org. All other records pass unchanged.
 */
async function* variantRecords(records: AsyncIterable<FeedRecord>): AsyncGenerator<FeedRecord> {
  for await (const record of records) {
    if ('fields' in record && record.shape === 'shopify') yield* shopifyVariants(record);
    else if ('fields' in record && record.shape === 'json-ld') yield* groupVariants(record);
    else yield record;
  }
}

/** The headers of exports of orders: each line would be read as a product named after its order. */
const ORDERS = [
  [
    "Shopify's",
    /^[^\r\n]*\blineitem name\b[^\r\n]*\blineitem (?:price|sku)\b/i,
    '; the orders are a log to learn from',
  ],
  ["WooCommerce's", /^[^\r\n]*\border #[^\r\n]*\bproduct\(s\)/i, ''],
] as const;

const ordersExport = (file: string, [shop, , use]: (typeof ORDERS)[number]) =>
  new SidestreamError(
    'catalog/unknown-format',
    `${file} is ${shop} export of orders, not of products. Export the products${use}.`,
  );

const unknownFormat = (file: string, head: string) => {
  const binary = binaryTextKind(head);
  if (binary !== undefined) return new SidestreamError('catalog/unknown-format', `${file} is ${binary}.`);
  return new SidestreamError(
    'catalog/unknown-format',
    `${file} is not a feed that can be read: it is neither JSON, JSON Lines, CSV, XML nor HTML. A table of one column needs "separator" in a mapping file.`,
  );
};
