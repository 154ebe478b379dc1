import { expect, it } from 'vitest';
import { inFeedOrder, type Refusal, shortened } from './refusal';

it('puts refusals in the order of the feed, whatever order they were found in', () => {
  const at = (file: string, line: number, field = 'row'): Refusal => ({ file, line, field, reason: 'is bad' });
  const found = [
    at('b.csv', 2),
    at('a.xml', 9, 'id'),
    at('a.xml', 9, 'price'),
    at('b.csv', 1),
    at('a.xml', 3, 'image'),
  ];
  expect(inFeedOrder(found, ['b.csv', 'empty.csv', 'a.xml'])).toEqual([
    at('b.csv', 1),
    at('b.csv', 2),
    at('a.xml', 3, 'image'),
    at('a.xml', 9, 'id'),
    at('a.xml', 9, 'price'),
  ]);
});

it('shortens what is told, and cuts no letter in half', () => {
  expect(shortened('x'.repeat(10), 10)).toBe('x'.repeat(10));
  expect(shortened('x'.repeat(11), 10)).toBe(`${'x'.repeat(10)}…`);
  expect(shortened(`x${'😀'.repeat(10)}`, 10)).toBe('x😀😀😀😀…');
});
