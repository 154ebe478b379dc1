import type { Item } from '../catalog';

/**
 * The address of an item's page: `template` with its `{id}`, `{title}`, `{category}` filled in and percent-encoded, and `{path}`, the
 * path and query of `item.url`; otherwise `item.url`, otherwise an empty string. Addresses come from the catalog, so only schemes
 * that open a page are allowed.
 */
export function itemHref(item: Item, template?: string): string {
  const own = safeHref(item.url ?? '');
  if (!template || (!own && template.includes('{path}'))) return own;
  const href = template.replace(/\{(id|title|category|path)\}/g, (_, field: 'id' | 'title' | 'category' | 'path') => {
    if (field === 'path') return pathOf(own);
    // A title cut off at a length may end in a lone surrogate, which encodeURIComponent throws on.
    return encodeURIComponent(item[field].replace(/\p{Surrogate}/gu, '\ufffd'));
  });
  return safeHref(href);
}

function pathOf(href: string): string {
  const { pathname, search } = new URL(href, BASE);
  return pathname + search;
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

/** Addresses are parsed as on an https page, which gives a relative one an allowed scheme. */
const BASE = 'https://page.invalid/';

function allowed(address: string, schemes: string[]): boolean {
  return address !== '' && URL.canParse(address, BASE) && schemes.includes(new URL(address, BASE).protocol);
}
