import { expect, it } from 'vitest';
import { TERMS } from '../../ranking';
import { termLabel } from './term-label';

it('has words of its own for every term of the score', () => {
  const labels = TERMS.map(termLabel);
  expect(new Set(labels).size).toBe(TERMS.length);
  for (const [n, label] of labels.entries()) expect(label.split(' ').length, TERMS[n]).toBeGreaterThan(1);
});

it('names other terms as they are', () => {
  expect(termLabel('contentRecent')).toBe('content recent');
  expect(termLabel('content-all')).toBe('content all');
  expect(termLabel('toString')).toBe('to string');
});
