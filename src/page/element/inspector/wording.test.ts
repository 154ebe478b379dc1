import { describe, expect, it } from 'vitest';
import { recommendation } from '../../../testing/fake-recommender';
import { expertName, formatsIn, runWords } from './wording';

const from = (...categories: string[]) =>
  categories.map((category, n) => ({ item: { ...recommendation(`i${n}`).item, category }, time: null }));

describe('expertName', () => {
  it('names an expert by a category with more than half of its choices', () => {
    expect(expertName({ state: 'frozen', from: from('Toys/Plush', 'Toys', 'Food') })).toBe(
      'What you looked for before: Toys',
    );
    expect(expertName({ state: 'frozen', from: from('Toys', 'Food') })).toBe('What you looked for before');
    expect(expertName({ state: 'active', from: from('', '') })).toBe('What you look for now');
    expect(expertName({ state: 'generalist', from: from('Toys') })).toBe('Everything that you chose');
  });
});

describe('formatsIn', () => {
  it('names the day of a moment unless that is today', () => {
    const formats = formatsIn('en');
    expect(formats.moment(Date.now())).toMatch(/^today, \d/);
    expect(formats.moment(new Date(2020, 2, 4, 15, 6).getTime())).toMatch(/^Mar 4, 2020, 3:06/);
  });
});

describe('runWords', () => {
  it('says what ran, where, why not on a GPU, and for how long', () => {
    const run = { modality: 'image', encoder: 'mobilenet-v2', milliseconds: 1234 } as const;
    const formats = formatsIn('en');
    expect(runWords({ ...run, backend: 'wasm', reason: 'no WebGPU adapter' }, formats)).toBe(
      'mobilenet-v2 on wasm (no WebGPU adapter), 1,234 ms',
    );
    expect(runWords({ ...run, backend: 'webgpu', reason: null }, formats)).toBe('mobilenet-v2 on WebGPU, 1,234 ms');
  });
});
