import { expect, it } from 'vitest';
import { describeRejectedRow, shortened } from './rejected-row';

it('shortens a text, and splits no surrogate pair', () => {
  expect(shortened('x'.repeat(10), 10)).toBe('x'.repeat(10));
  expect(shortened('x'.repeat(11), 10)).toBe(`${'x'.repeat(10)}…`);
  expect(shortened(`x${'😀'.repeat(10)}`, 10)).toBe('x😀😀😀😀…');
});

it('calls a row by its id, else by its title', () => {
  const row = { line: 4, field: 'id', reason: 'is missing' };
  expect(describeRejectedRow({ ...row, id: 'a' })).toBe('line 4 (a), field id: is missing');
  expect(describeRejectedRow({ ...row, title: 'Shirt' })).toBe('line 4 ("Shirt"), field id: is missing');
  expect(describeRejectedRow(row)).toBe('line 4, field id: is missing');
});
