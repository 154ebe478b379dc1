import { beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, openBundle, writeBundle } from '../../../../src/core/catalog';
import { bundleContent, makeItem, memoryBundle } from '../../../../testing/bundles';
import { startCompute } from '../../../cli/training';
import type { EvaluateInput } from './input';
import { windowsProtocol } from './windows';

const ITEMS = 30;
const events = Array.from({ length: 120 }, (_, n) => ({
  user: `u${n % 8}`,
  item: `i${(n * 7 + Math.floor(n / 30)) % ITEMS}`,
  time: 1000 + n,
}));
let bundle: Bundle;
const said: string[] = [];
const inputOf = (change: Partial<EvaluateInput> = {}): EvaluateInput => ({
  bundle,
  folder: '',
  events,
  rowOf: new Map(bundle.items.map(({ id }, row) => [id, row])),
  seed: 1,
  past: 0.6,
  half: 'all',
  models: '',
  meter: { start: () => {}, advance: () => {}, stop: () => {} },
  say: (line) => said.push(line),
  windows: 3,
  methods: ['windows'],
  ...change,
});

beforeAll(async () => {
  const { sink, fetchFile } = memoryBundle();
  await writeBundle(await bundleContent(Array.from({ length: ITEMS }, (_, row) => makeItem(`i${row}`))), sink);
  bundle = await openBundle(fetchFile);
  await startCompute();
});

describe('the protocol of windows', () => {
  it('compares the wanted methods with training from scratch, window by window', async () => {
    const input = inputOf();
    const { parts: countOf, measure, report } = windowsProtocol(input);
    expect([1, 2].map((share) => countOf?.(share))).toEqual([1, 2]);
    const parts = await Promise.all([0, 1].map((index) => measure({ index, of: 2 })));
    const { tables, setting } = report(parts);
    expect(setting).toContain('120 choices in 3 windows');
    const [{ reference, unit, firstWindow, methods }] = tables;
    expect([reference, unit, firstWindow]).toEqual(['scratch', 'window', 2]);
    expect(methods.map(({ name, units }) => [name, units.length])).toEqual([
      ['windows', 2],
      ['scratch', 2],
    ]);
    expect(Object.keys(methods[0].figures ?? {})).toEqual([
      'processorSeconds',
      'kilobytes',
      'allExperts',
      'pruned',
      'newestOnNewItems',
    ]);
    expect(said.some((line) => line.startsWith('windows, window 3 of 3: ln rank'))).toBe(true);
  });

  it('refuses a log that cannot be evaluated', () => {
    const refused = (change: Partial<EvaluateInput>) => () => windowsProtocol(inputOf(change));
    expect(refused({ windows: 1 })).toThrow(/Give 2 or more with --windows/);
    expect(refused({ windows: 10 })).toThrow(/120 events are too few for 10 windows/);
    expect(refused({ methods: ['ease'] })).toThrow(/There is no method ease here/);
  });
});
