import { describe, expect, it } from 'vitest';
import { itemHref, safeHref, safeImage } from './safe-url';

const item = {
  id: 'a b/c',
  title: 'Red & round',
  description: '',
  category: 'Food/Fruit',
  url: '/apple',
  availability: 'in-stock' as const,
  attributes: {},
};

describe('itemHref', () => {
  it('fills the template and encodes the values', () => {
    expect(itemHref(item, '#/product/{id}?t={title}')).toBe('#/product/a%20b%2Fc?t=Red%20%26%20round');
  });

  it('fills in the path of the url, on whichever host it is', () => {
    const at = (url: string | undefined, template = '/de{path}') => itemHref({ ...item, url }, template);
    expect(at('https://shop.example/products/a?variant=1#x')).toBe('/de/products/a?variant=1');
    expect(at('/products/a')).toBe('/de/products/a');
    expect(at('/products/a', '{path}')).toBe('/products/a');
    for (const none of [undefined, 'javascript:alert(1)', 'https://']) expect(at(none)).toBe('');
  });

  it('is the url of the item without a template, else empty', () => {
    expect(itemHref(item)).toBe('/apple');
    expect(itemHref({ ...item, url: undefined })).toBe('');
  });

  it('replaces a lone surrogate as browsers do', () => {
    const half = { ...item, id: 'a\ud800b', title: '\udc00', category: '😀' };
    expect(itemHref(half, '/{id}?t={title}&c={category}')).toBe('/a%EF%BF%BDb?t=%EF%BF%BD&c=%F0%9F%98%80');
    expect(itemHref({ ...item, url: '/\ud800' })).toBe('/\ud800');
  });

  it('rejects scripts', () => {
    expect(itemHref({ ...item, url: 'javascript:alert(1)' })).toBe('');
    expect(safeHref(' JavaScript:alert(1)')).toBe('');
    expect(safeHref('data:text/html,x')).toBe('');
    for (const scheme of ['java\nscript:', '\u0001javascript:', 'vbscript:', 'file:', 'ftp:', 'blob:', 'mailto:'])
      expect(safeHref(`${scheme}x`)).toBe('');
    for (const href of ['?page=2', '#top', '//cdn.example/x', '../x']) expect(safeHref(href)).toBe(href);
    expect(safeHref('https://shop.example/x')).toBe('https://shop.example/x');
  });
});

describe('safeImage', () => {
  it('accepts images and nothing that runs', () => {
    expect(safeImage('images/a.webp')).toBe('images/a.webp');
    expect(safeImage('blob:https://shop.example/1')).toBe('blob:https://shop.example/1');
    expect(safeImage('data:image/png;base64,AA')).toBe('data:image/png;base64,AA');
    expect(safeImage('data:text/html,x')).toBe('');
    expect(safeImage('javascript:alert(1)')).toBe('');
    expect(safeImage(undefined)).toBe('');
  });
});
