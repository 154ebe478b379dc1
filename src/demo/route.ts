import { percentDecoded } from '../core/common/text';

export type Route =
  | { page: 'home' }
  | { page: 'category'; category: string }
  | { page: 'search'; query: string }
  | { page: 'product'; id: string }
  | { page: 'basket' }
  /** A scripted shopper, with the number of a pair of tastes. */
  | { page: 'watch'; pair?: number }
  /** A list and all its settings. */
  | { page: 'playground' }
  /** The profile on this device. */
  | { page: 'inspector' };

/** Address of a product's page, as `href-template` of the elements. */
export const PRODUCT_TEMPLATE = '#/product/{id}';

/** The page of an address; an unknown address is the home page. */
export function parseRoute(hash: string): Route {
  const [page = '', ...rest] = hash.replace(/^#\/?/, '').split('/');
  const typed = rest.join('/');
  const argument = percentDecoded(typed) ?? typed;
  if (page === 'watch' && /^[1-9]\d{0,5}$/.test(argument)) return { page, pair: Number(argument) };
  if ((page === 'basket' || page === 'watch' || page === 'playground') && !argument) return { page };
  if (page === 'inspector') return { page };
  if (!argument) return { page: 'home' };
  if (page === 'category') return { page, category: argument };
  if (page === 'search') return { page, query: argument };
  if (page === 'product') return { page, id: argument };
  return { page: 'home' };
}

/** The address of a page; `parseRoute` parses it. */
export function routeHref(route: Route): string {
  switch (route.page) {
    case 'home':
      return '#/';
    case 'basket':
      return '#/basket';
    case 'watch':
      return route.pair === undefined ? '#/watch' : `#/watch/${route.pair}`;
    case 'playground':
      return '#/playground';
    case 'category':
      return `#/category/${route.category.split('/').map(encodeURIComponent).join('/')}`;
    case 'search':
      return `#/search/${encodeURIComponent(route.query)}`;
    case 'product':
      return `#/product/${encodeURIComponent(route.id)}`;
    case 'inspector':
      return '#/inspector';
  }
}
