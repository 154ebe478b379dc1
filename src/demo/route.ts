/** The pages of the shop. */
export type Route =
  | { page: 'home' }
  | { page: 'category'; category: string }
  | { page: 'search'; query: string }
  | { page: 'product'; id: string };

/** `#/product/{id}` for the recommendation elements. */
export const PRODUCT_TEMPLATE = '#/product/{id}';

/** The page an address leads to; whatever is not understood leads home. */
export function parseRoute(hash: string): Route {
  const [page = '', ...rest] = hash.replace(/^#\/?/, '').split('/');
  const argument = decode(rest.join('/'));
  if (!argument) return { page: 'home' };
  if (page === 'category') return { page, category: argument };
  if (page === 'search') return { page, query: argument };
  if (page === 'product') return { page, id: argument };
  return { page: 'home' };
}

/** The address of a page; `parseRoute` reads it back. */
export function routeHref(route: Route): string {
  switch (route.page) {
    case 'home':
      return '#/';
    case 'category':
      return `#/category/${route.category.split('/').map(encodeURIComponent).join('/')}`;
    case 'search':
      return `#/search/${encodeURIComponent(route.query)}`;
    case 'product':
      return `#/product/${encodeURIComponent(route.id)}`;
  }
}

/** A hand-typed address may hold a stray percent sign, which must not take the shop down. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
