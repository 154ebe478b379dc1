import { expect, it } from 'vitest';
import { table } from './terminal';

it('puts words to the left, numbers to the right, each column as wide as it must be', () => {
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
