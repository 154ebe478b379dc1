import * as v from 'valibot';
import { localeSchema } from '../locales';

/** Where formats say their language: RSS, Atom, pages, Merchant Center's content API. */
const LANGUAGE_FIELDS = [
  /<language>\s*([\w-]+)\s*<\/language>/i,
  /\sxml:lang=["']([\w-]+)["']/i,
  /<html[^>]*\slang=["']([\w-]+)["']/i,
  /<(?:\w+:)?content_?language>\s*([\w-]+)\s*</i,
  /"content_?language"\s*:\s*"([\w-]+)"/i,
];

/**
 * The language that a feed says it is in, as a tag. What its products say is theirs, as that of a book, but for the fields of
 * Merchant Center by which a feed says it of each product.
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
