import * as v from 'valibot';
import { localeSchema } from '../locales';

export type FeedFormat =
  | { name: 'jsonl' }
  | { name: 'csv'; separator: string }
  | { name: 'xml' }
  | { name: 'json'; list: boolean }
  | { name: 'json-ld' }
  | { name: 'html' };

/** Characters at the beginning of a feed that decide its format. */
export const FORMAT_HEAD = 65_536;

const SEPARATORS = ['\t', ',', ';', '|'];

/**
 * Detects the format of a feed from its first characters, whatever its file name. An empty feed is JSONL without a row.
 * @param head the first `FORMAT_HEAD` characters, or all of a shorter feed
 * @param separator of the columns, when known
 * @returns null for anything else, such as a picture or prose
 */
export function detectFormat(head: string, separator?: string): FeedFormat | null {
  const text = head.trimStart();
  if (text === '') return { name: 'jsonl' };
  if (text.includes('\u0000')) return null;
  if (text.startsWith('<')) return { name: isFeedXml(text) ? 'xml' : 'html' };
  if (text.startsWith('[')) return { name: 'json', list: true };
  if (text.startsWith('{')) return objectFormat(text, head.length >= FORMAT_HEAD);
  const found = separator ?? separatorOf(text);
  return found === null ? null : { name: 'csv', separator: found };
}

function isFeedXml(text: string): boolean {
  const root = /<(?![?!])([^\s/>]+)/.exec(text)?.[1].toLowerCase() ?? '';
  return (
    root !== 'html' && (text.startsWith('<?xml') || /^(\w+:)?(rss|feed|rdf|channel|products|catalog|items)$/.test(root))
  );
}

function objectFormat(text: string, cut: boolean): FeedFormat {
  const end = text.indexOf('\n');
  const line = end === -1 ? text : text.slice(0, end);
  if (/^\{\s*"@(context|type|graph|id)"\s*:/.test(text)) return { name: 'json-ld' };
  if (/^\{\s*"products"\s*:\s*\[/.test(text)) return { name: 'json', list: false };
  // A truncated first line is one row, or a document whose products do not come first.
  if (end === -1 && cut) return { name: /"products"\s*:\s*\[/.test(text) ? 'json' : 'jsonl', list: false };
  try {
    const row: unknown = JSON.parse(line);
    const page = typeof row === 'object' && row !== null && 'products' in row && Array.isArray(row.products);
    return page ? { name: 'json', list: false } : { name: 'jsonl' };
  } catch {
    // A formatted document begins with a lone opening bracket; anything else is JSONL with a bad first row.
    return /^\{\s*$/.test(line) || /[{[,]\s*$/.test(line) ? { name: 'json', list: false } : { name: 'jsonl' };
  }
}

/** The separator that occurs most often in the first line, outside quotes. */
export function separatorOf(text: string): string | null {
  const line = (/^[^\r\n]*/.exec(text)?.[0] ?? '').replace(/"[^"]*"/g, '');
  const counts = SEPARATORS.map((sign) => line.split(sign).length - 1);
  const most = Math.max(...counts);
  return most === 0 ? null : SEPARATORS[counts.indexOf(most)];
}

/** Where formats state their language: RSS, Atom, pages, Merchant Center's content API. */
const LANGUAGE_FIELDS = [
  /<language>\s*([\w-]+)\s*<\/language>/i,
  /\sxml:lang=["']([\w-]+)["']/i,
  /<html[^>]*\slang=["']([\w-]+)["']/i,
  /<(?:\w+:)?content_?language>\s*([\w-]+)\s*</i,
  /"content_?language"\s*:\s*"([\w-]+)"/i,
];

/**
 * The language that a feed declares, as a tag. A product's own language field, such as a book's, does not count, except for
 * the Merchant Center fields that declare the feed's language on each product.
 * @param head its first characters
 */
export function feedLanguage(head: string): string | undefined {
  const product = head.search(/<(item|entry|product)[\s>]/i);
  for (const [n, pattern] of LANGUAGE_FIELDS.entries()) {
    const text = n === 0 && product !== -1 ? head.slice(0, product) : head;
    const result = v.safeParse(localeSchema, pattern.exec(text)?.[1]);
    if (result.success) return result.output;
  }
  return undefined;
}
