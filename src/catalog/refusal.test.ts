import { expect, it } from 'vitest';
import { shortened } from './refusal';

it('shortens what is told, and cuts no letter in half', () => {
  expect(shortened('x'.repeat(10), 10)).toBe('x'.repeat(10));
  expect(shortened('x'.repeat(11), 10)).toBe(`${'x'.repeat(10)}…`);
  expect(shortened(`x${'😀'.repeat(10)}`, 10)).toBe('x😀😀😀😀…');
});
