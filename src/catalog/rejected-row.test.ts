import { expect, it } from 'vitest';
import { shortened } from './rejected-row';

it('shortens a text, and splits no surrogate pair', () => {
  expect(shortened('x'.repeat(10), 10)).toBe('x'.repeat(10));
  expect(shortened('x'.repeat(11), 10)).toBe(`${'x'.repeat(10)}…`);
  expect(shortened(`x${'😀'.repeat(10)}`, 10)).toBe('x😀😀😀😀…');
});
