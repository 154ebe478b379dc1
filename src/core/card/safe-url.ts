import type { Item } from '../catalog';

/**
 * The address of an item's page: `template` with its `{id}`, `{title}`, `{category}` filled in and percent-encoded, otherwise
 * `item.url`, otherwise an empty string. Addresses come from the catalog, so only schemes that open a page are allowed.
 */
export function itemHref(item: Item, template?: string): string {
  const href = template
    ? template.replace(/\{(id|title|category)\}/g, (_, field: 'id' | 'title' | 'category') =>
        // A title cut off at a length may end in a lone surrogate, which encodeURIComponent throws on.
        encodeURIComponent(item[field].replace(/\p{Surrogate}/gu, '\ufffd')),
      )
    : (item.url ?? '');
  return safeHref(href);
}

/** `href` unchanged if it is relative or http(s), otherwise an empty string. */
export function safeHref(href: string): string {
  return allowed(href, ['http:', 'https:']) ? href : '';
}

/**
 * `src` unchanged if it is relative or http(s), or an image created on this device (`blob:`, `data:image/`), otherwise an empty
 * string. Only for attributes that show images: a document from a `data:` address would run scripts.
 */
export function safeImage(src: string | undefined): string {
  if (!src) return '';
  return allowed(src, ['http:', 'https:', 'blob:']) || /^data:image\//i.test(src) ? src : '';
}

/** The checks above, passed to late code; importing them there would turn this file into a separate chunk. */
export interface SafeUrls {
  safeHref: typeof safeHref;
  safeImage: typeof safeImage;
}

/** Parsed as on an https page, which gives a relative address an allowed scheme. */
function allowed(address: string, schemes: string[]): boolean {
  const base = 'https://page.invalid/';
  return address !== '' && URL.canParse(address, base) && schemes.includes(new URL(address, base).protocol);
}
