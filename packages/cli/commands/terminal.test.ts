import { expect, it } from 'vitest';
import { table } from './terminal';

it('aligns words left and numbers right, each column as wide as its widest cell', () => {
  const rows = [
    ['items', '12.5', 'a'],
    ['base', '-3', '7'],
  ];
  expect(table(['part', 'KB', 'id'], rows).split('\n')).toEqual([
    'part     KB  id',
    'items  12.5  a',
    'base     -3  7',
  ]);
  expect(table(['part', 'KB'], [])).toBe('part  KB');
});
