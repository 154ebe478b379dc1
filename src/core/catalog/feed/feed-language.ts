import * as v from 'valibot';
import { localeSchema } from '../locales';

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
