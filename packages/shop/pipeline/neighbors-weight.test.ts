import { expect, it } from 'vitest';
import { createTable } from '../../../src/core/catalog';
import { quantizeRow } from '../../../src/core/common/bytes';
import { tunedTextWeight } from './neighbors';

/** 40 items of 4 categories; text and picture show the category to the given degree, the rest is noise. */
function table(clear: { text: number; image: number }) {
  const features = createTable({ dim: 8, taps: { text: 1, image: 1 } }, 40);
  for (let i = 0; i < 40; i++) {
    for (const [part, signal] of [clear.text, clear.image].entries()) {
      const row = Float32Array.from(
        { length: 8 },
        (_, d) => (d === i % 4 ? signal : 0) + Math.sin(i * 12.9 + d * 78.2 + part * 3.7) * 0.8,
      );
      features.scales[i * 2 + part] = quantizeRow(row, features.values, (i * 2 + part) * 8);
    }
  }
  return features;
}

const categories = Array.from({ length: 40 }, (_, i) => `category ${i % 4}`);
const taps = { text: 0, image: 0 };

it('weights the modality that separates the categories', async () => {
  expect((await tunedTextWeight(table({ text: 1.2, image: 0 }), taps, categories)).textWeight).toBeGreaterThan(0.5);
  expect((await tunedTextWeight(table({ text: 0, image: 1.2 }), taps, categories)).textWeight).toBeLessThan(0.5);
});

it('stays at one half if it makes no difference, or nothing can be judged', async () => {
  expect((await tunedTextWeight(table({ text: 5, image: 5 }), taps, categories)).textWeight).toBe(0.5);
  const none = categories.map(() => '');
  expect((await tunedTextWeight(table({ text: 1, image: 0 }), taps, none)).textWeight).toBe(0.5);
});
