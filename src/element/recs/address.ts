import type { Recommendation } from '../../protocol';

type Item = Recommendation['item'];

/**
 * The address of an item's page: `template` with its `{id}`, `{title}`, `{category}` filled in and percent-encoded, else
 * `item.url`, else an empty string. Addresses come with the catalogue, so only schemes that open a page are let through.
 */
export function itemHref(item: Item, template?: string): string {
  const href = template
    ? template.replace(/\{(id|title|category)\}/g, (_, field: 'id' | 'title' | 'category') =>
        // Half a letter, as a title cut off at a length may end in, is none: encoding it would throw.
        encodeURIComponent(item[field].replace(/\p{Surrogate}/gu, '\ufffd')),
      )
    : (item.url ?? '');
  return safeHref(href);
}

/** `href` unchanged when it is relative or http(s), else an empty string. */
export function safeHref(href: string): string {
  return allowed(href, ['http:', 'https:']) ? href : '';
}

/**
 * `src` unchanged when it is relative or http(s), or a picture made on this device (`blob:`, `data:image/`), else an
 * empty string. Only for what shows pictures: a document of a `data:` address would run.
 */
export function safeImage(src: string | undefined): string {
  if (!src) return '';
  return allowed(src, ['http:', 'https:', 'blob:']) || /^data:image\//i.test(src) ? src : '';
}

/** Which addresses are let through, for parts of the element that are loaded apart: this file is no chunk of its own. */
export interface Addresses {
  safeHref: typeof safeHref;
  safeImage: typeof safeImage;
}

/** Read as a browser reads it, from a page that is https: what is relative then is so too. */
function allowed(address: string, schemes: string[]): boolean {
  const base = 'https://page.invalid/';
  return address !== '' && URL.canParse(address, base) && schemes.includes(new URL(address, base).protocol);
}
