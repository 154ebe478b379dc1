import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readme, testPage } from './texts';

const fileOf = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

it('hands out the rules that reserve the space of a list everywhere', () => {
  const rules = fileOf('examples/plain/lists.css');
  const copies = [
    'docs/how-to/lists.md',
    'starter/src/shop.css',
    ...['static-shop/assets', 'react/src', 'vue/src', 'vendure/storefront'].map((shop) => `examples/${shop}/shop.css`),
  ];
  for (const path of copies) expect(fileOf(path), path).toContain(rules);
  const plain = (text: string): string => text.replaceAll(/^ +/gm, '');
  for (const text of [testPage('en'), readme({ pictures: true, lines: { currency: '', address: null } })])
    expect(plain(text)).toContain(plain(rules).trim());
});
