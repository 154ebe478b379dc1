import type { Recommendation } from '../recommender';

type Item = Recommendation['item'];

const base = (): string => globalThis.document?.baseURI ?? 'https://page.invalid/';

/**
 * The address of an item's page: `template` with its `{id}`, `{title}`, `{category}` filled in and percent-encoded, else
 * `item.url`, else an empty string. Addresses come with the catalogue, so only schemes that open a page are let through.
 */
export function itemHref(item: Item, template?: string): string {
  const href = template
    ? template.replace(/\{(id|title|category)\}/g, (_, field: 'id' | 'title' | 'category') =>
        encodeURIComponent(item[field]),
      )
    : (item.url ?? '');
  return safeHref(href);
}

/** `href` unchanged when it leads to a page (http, https or the page's own scheme), else an empty string. */
export function safeHref(href: string): string {
  return allowed(href, ['http:', 'https:']) ? href : '';
}

/** `src` unchanged when a browser would load a picture from it without running anything, else an empty string. */
export function safeImage(src: string | undefined): string {
  if (!src) return '';
  return allowed(src, ['http:', 'https:', 'blob:']) || /^data:image\//i.test(src) ? src : '';
}

function allowed(address: string, schemes: string[]): boolean {
  if (address === '' || !URL.canParse(address, base())) return false;
  const { protocol } = new URL(address, base());
  return schemes.includes(protocol) || protocol === new URL(base()).protocol;
}
