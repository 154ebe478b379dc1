import { JSONParser, TokenType } from '@streamparser/json';
import { messageOf } from '../../common/text';
import { type FeedRecord, isObject, MAX_PAGE, MAX_RECORD, type TextChunks } from './feed-record';
import { splitLines } from './feed-text';
import { isStoreProduct } from './woocommerce';

/** Deepest nesting of a document: for each value the parser visits all levels above it. */
const MAX_DEPTH = 100;

/**
 * Reads the products of a JSON document one by one: `{"products": […]}`, several such pages one after the other or in a
 * list, or a list of products. Reading stops at a syntax error, and at a product of more than `MAX_PAGE` characters or
 * `MAX_DEPTH` levels.
 * @param layout whether the document is a list, and the path to the products of a document or page
 */
export async function* jsonRecords(
  chunks: TextChunks,
  { list, products = 'products' }: { list: boolean; products?: string },
): AsyncGenerator<FeedRecord> {
  const paths = list ? ['$.*', `$.*.${products}.*`] : [`$.${products}.*`];
  const parser = new JSONParser({ paths, keepStack: false, separator: '' });
  const ready: unknown[] = [];
  parser.onValue = ({ value, parent, stack }) => {
    if (list && stack.length === 1 && isPage(value, products)) return;
    ready.push(value);
    // Otherwise the parser would keep all products for the value of their page, which is not used.
    if (list && stack.length > 1 && Array.isArray(parent)) parent.pop();
  };
  let depth = 0;
  parser.onToken = ({ token }) => {
    if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) depth++;
    else if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET) depth--;
    if (depth > MAX_DEPTH) throw new Error(`it is nested more than ${MAX_DEPTH} levels deep`);
  };
  let line = 0;
  const records = () => ready.splice(0).map((value): FeedRecord => recordOf(++line, value));
  const rest = (why: string): FeedRecord => ({ line: line + 1, reason: `${why}, so the rest was not read` });
  const read = (step: () => void): string | null => {
    try {
      step();
      return null;
    } catch (error) {
      return `is not readable JSON (${messageOf(error)})`;
    }
  };
  let length = 0;
  for await (const chunk of chunks) {
    const broken = read(() => parser.write(chunk));
    length = ready.length > 0 ? 0 : length + chunk.length;
    yield* records();
    if (broken !== null) {
      yield rest(broken);
      return;
    }
    if (length > MAX_PAGE) {
      yield rest(`is longer than ${MAX_PAGE} characters`);
      return;
    }
  }
  const broken = parser.isEnded ? null : read(() => parser.end());
  if (broken !== null) yield rest(broken);
}

/** Whether a value of a list has products at that path. */
function isPage(value: unknown, products: string): boolean {
  let inner = value;
  for (const step of products.split('.'))
    inner = isObject(inner) && Object.hasOwn(inner, step) ? inner[step] : undefined;
  return Array.isArray(inner);
}

function recordOf(line: number, value: unknown): FeedRecord {
  if (!isObject(value)) return { line, reason: 'must be a JSON object' };
  const shopify = 'handle' in value || Array.isArray(value.variants) || 'body_html' in value;
  if (isStoreProduct(value)) return { line, shape: 'woo-store', fields: value };
  return { line, shape: shopify ? 'shopify' : 'columns', fields: value };
}

/** Reads one JSON object per line. Tolerates a byte order mark, CRLF and blank lines. */
export async function* jsonlRecords(chunks: TextChunks): AsyncGenerator<FeedRecord> {
  for await (const row of jsonLines(chunks, MAX_RECORD))
    yield 'reason' in row ? row : { line: row.line, shape: 'columns', fields: row.data };
}

/** A line of a file with one JSON object per line, or the reason why it is refused. */
export type JsonLine = { line: number; data: Record<string, unknown> } | { line: number; reason: string };

/** The lines of a file with one JSON object per line, without blank ones, which still count. @param maxLength of a line, in characters */
export async function* jsonLines(chunks: TextChunks, maxLength: number): AsyncGenerator<JsonLine> {
  for await (const lines of splitLines(chunks, maxLength)) {
    for (const { line, text } of lines) {
      if (text === null) yield { line, reason: `longer than ${maxLength} characters` };
      else if (text.trim() !== '') yield parseLine(line, text);
    }
  }
}

function parseLine(line: number, text: string): JsonLine {
  try {
    const data: unknown = JSON.parse(text);
    return isObject(data) ? { line, data } : { line, reason: 'must be one JSON object per line' };
  } catch (error) {
    return { line, reason: `is not JSON: ${messageOf(error)}` };
  }
}
