import { describe, expect, it } from 'vitest';
import { parseRoute, type Route, routeHref } from './route';

describe('routes', () => {
  const routes: Route[] = [
    { page: 'home' },
    { page: 'category', category: 'Food & Drink/Fruit' },
    { page: 'search', query: '50% off / ä?' },
    { page: 'product', id: 'a/b c#1' },
    { page: 'basket' },
    { page: 'watch' },
    { page: 'watch', pair: 12 },
    { page: 'playground' },
    { page: 'inspector' },
  ];
  it.each(routes)('are parsed from their own address: %o', (route) => {
    expect(parseRoute(routeHref(route))).toEqual(route);
  });

  it('accept a category with an encoded slash', () => {
    expect(parseRoute('#/category/Food%2FFruit')).toEqual({ page: 'category', category: 'Food/Fruit' });
  });

  it.each(['', '#', '#/', '#/nowhere/x', '#/product/', '#/product', '#/watch/x', '#/watch/0', '#/basket/x'])(
    'lead home from %o',
    (hash) => {
      expect(parseRoute(hash)).toEqual({ page: 'home' });
    },
  );

  it('accept a stray percent sign', () => {
    expect(parseRoute('#/search/100%')).toEqual({ page: 'search', query: '100%' });
  });
});
