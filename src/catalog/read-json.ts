import { JSONParser } from '@streamparser/json';
import { type FeedRecord, isObject, type TextChunks } from './feed-record';

export interface JsonLayout {
  /** Whether the document is a list, of products or of pages `{"products": […]}`. */
  list: boolean;
  /** Path to the products of a document or page. Default `products`. */
  products?: string;
}

/**
 * Reads the products of a JSON document one by one: `{"products": […]}`, several such pages one after the other or in a
 * list, or a list of products. A page in a list is held in memory as a whole. What follows a syntax error cannot be read.
 */
export async function* jsonRecords(
  chunks: TextChunks,
  { list, products = 'products' }: JsonLayout,
): AsyncGenerator<FeedRecord> {
  const parser = new JSONParser({ paths: [list ? '$.*' : `$.${products}.*`], keepStack: false, separator: '' });
  const ready: unknown[] = [];
  parser.onValue = ({ value }) => {
    const page = list && isObject(value) ? value[products] : undefined;
    if (Array.isArray(page)) ready.push(...page);
    else ready.push(value);
  };
  let line = 0;
  const records = () => ready.splice(0).map((value): FeedRecord => recordOf(++line, value));
  const read = (step: () => void): FeedRecord | null => {
    try {
      step();
      return null;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { line: line + ready.length + 1, reason: `is not JSON, so nothing from here on was read: ${why}` };
    }
  };
  for await (const chunk of chunks) {
    const broken = read(() => parser.write(chunk));
    yield* records();
    if (broken) {
      yield broken;
      return;
    }
  }
  const broken = parser.isEnded ? null : read(() => parser.end());
  if (broken) yield broken;
}

function recordOf(line: number, value: unknown): FeedRecord {
  if (!isObject(value)) return { line, reason: 'must be a JSON object' };
  const shopify = 'handle' in value || Array.isArray(value.variants) || 'body_html' in value;
  return { line, shape: shopify ? 'shopify' : 'columns', fields: value };
}
