import { percentDecoded } from '../../src/core/common/text';

/**
 * The pages, and what may follow each in its address: the path of a category, the words of a search, the id of a product, the number of
 * the scripted shopper's pair of tastes.
 */
const PAGES = {
  home: /^$/,
  category: /./,
  search: /./,
  product: /./,
  basket: /^$/,
  watch: /^([1-9]\d{0,5})?$/,
  playground: /^$/,
  inspector: /^/,
};

export type PageName = keyof typeof PAGES;

/** A page, and what it is about; empty for a page about nothing else. */
export interface Route {
  page: PageName;
  about: string;
}

/** Address of a product's page, as `href-template` of the elements. */
export const PRODUCT_TEMPLATE = '#/product/{id}';

const isPage = (name: string): name is PageName => Object.hasOwn(PAGES, name);

/** The page of an address; an unknown address is the home page. */
export function parseRoute(hash: string): Route {
  const [page = '', ...rest] = hash.replace(/^#\/?/, '').split('/');
  const typed = rest.join('/');
  const about = percentDecoded(typed) ?? typed;
  return isPage(page) && PAGES[page].test(about) ? { page, about } : { page: 'home', about: '' };
}

/** The address of a page; `parseRoute` parses it. */
export function routeHref(page: PageName, about = ''): string {
  const name = page === 'home' ? '' : page;
  return `#/${name}${about && `/${about.split('/').map(encodeURIComponent).join('/')}`}`;
}
