import { expect, it } from 'vitest';
import { fileName } from './folder-lists';

it('names files by ids, without what file systems or addresses cannot have', () => {
  expect(fileName('aa-battery_2.1')).toBe('aa-battery_2.1');
  expect(fileName('食品/果物')).toBe('食品%2F果物');
  expect(fileName('a\\b:c*d?e"f<g>h|i%j#k\n')).toBe('a%5Cb%3Ac%2Ad%3Fe%22f%3Cg%3Eh%7Ci%25j%23k%0A');
  expect([fileName('..'), fileName('.hidden')]).toEqual(['%2E.', '%2Ehidden']);
});

it('shortens names that would be too long, and keeps them apart', () => {
  const [one, other] = [fileName(`${'😀'.repeat(120)}1`), fileName(`${'😀'.repeat(120)}2`)];
  expect(one).not.toBe(other);
  for (const name of [one, other]) {
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
    expect(name).not.toMatch(/\p{Surrogate}/u);
  }
});
