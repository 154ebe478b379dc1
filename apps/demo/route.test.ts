import { describe, expect, it } from 'vitest';
import { parseRoute, type Route, routeHref } from './route';

describe('routes', () => {
  const routes: Route[] = [
    { page: 'home', about: '' },
    { page: 'category', about: 'Food & Drink/Fruit' },
    { page: 'search', about: '50% off / ä?' },
    { page: 'product', about: 'a/b c#1' },
    { page: 'basket', about: '' },
    { page: 'watch', about: '' },
    { page: 'watch', about: '12' },
    { page: 'playground', about: '' },
    { page: 'inspector', about: '' },
  ];
  it.each(routes)('are parsed from their own address: %o', (route) => {
    expect(parseRoute(routeHref(route.page, route.about))).toEqual(route);
  });

  it('accept a category with an encoded slash', () => {
    expect(parseRoute('#/category/Food%2FFruit')).toEqual({ page: 'category', about: 'Food/Fruit' });
  });

  it.each(['', '#', '#/', '#/nowhere/x', '#/product/', '#/product', '#/watch/x', '#/watch/0', '#/basket/x'])(
    'lead home from %o',
    (hash) => {
      expect(parseRoute(hash)).toEqual({ page: 'home', about: '' });
    },
  );

  it('accept a stray percent sign', () => {
    expect(parseRoute('#/search/100%')).toEqual({ page: 'search', about: '100%' });
  });
});
