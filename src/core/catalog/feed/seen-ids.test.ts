import { expect, it } from 'vitest';
import { SeenIds } from './feed-rows';

it('distinguishes 300,000 similar ids and reports where each occurred first', () => {
  const seen = new SeenIds();
  let repeated = 0;
  for (let i = 0; i < 300_000; i++) if (seen.add(`SKU-${i}`, i % 3, i + 1)) repeated++;
  expect(repeated).toBe(0);
  for (let i = 0; i < 300_000; i += 997) {
    expect(seen.add(`SKU-${i}`, 9, 9)).toEqual({ file: i % 3, line: i + 1 });
  }
});
