import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../src/core/common/random';
import { keptFile, startCompute } from '../../../cli/training';
import { choicesFrom } from '../interactions';
import { GATE_SPEED } from '../model/network';
import { nextSideWindow } from '../model/next-window';
import { freshSideWeights, type SideConfig, sideExpertNames, sideInputNames } from '../model/side-weights';
import type { SideFeatures } from './side-features';
import { sequencesFrom } from './side-sequences';
import {
  decodeSideNetwork,
  encodeSideNetwork,
  nextTraining,
  type SideNetwork,
  type SideWindowRequest,
  sideUse,
} from './side-window';
import { trainEpochs } from './train-epochs';

const ITEMS = 12;
const random = seededRandom(4);
const none = { columns: 0, values: new Float32Array() };
const text = { columns: 3, values: Float32Array.from({ length: ITEMS * 3 }, () => 4 * random() - 2) };
const features: SideFeatures = { count: ITEMS, inputs: { text, image: none, attributes: none } };
const settings = { width: 4, hidden: 5, decays: [0.5, 0.9] };
const config: SideConfig = { ...settings, inputs: { text: 3, image: 0, attributes: 0 } };
const items = Array.from({ length: ITEMS }, (_, row) => `i${row}`);
const interactions = Array.from({ length: 60 }, (_, n) => ({
  user: `u${n % 6}`,
  row: (n * 7) % 10,
  time: n,
}));
const network: SideNetwork = {
  config,
  items,
  features: 'text',
  until: 29,
  start: { weights: { popularity: 0.5 } },
  halfLife: 0.5,
  windows: [{ experts: { text: [1] }, choices: 30, epochs: 2, seconds: 1.5 }],
  choices: Float32Array.from(items, (_, row) => row % 3),
  weights: freshSideWeights(config, ITEMS, seededRandom(1)),
};
const request: SideWindowRequest = {
  network,
  items,
  features,
  settings,
  choices: choicesFrom(interactions),
  described: 'text',
  seed: 1,
};
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  await startCompute();
});
afterAll(() => rm(folder, { recursive: true }));

it('leaves frozen weights as they are, bit by bit, and trains the others', async () => {
  const next = nextSideWindow(network.weights, config, {}, {});
  const states: string[][] = [];
  const { weights } = await trainEpochs({
    features,
    seed: 1,
    initial: next.weights,
    frozen: next.frozen,
    settings: { ...settings, epochs: 3 },
    sequences: sequencesFrom([
      [0, 1, 2, 3],
      [4, 5, 1],
      [2, 7, 8],
    ]),
    onEpoch: async (_, state) => void states.push(Object.keys(state.weights).sort()),
  });
  expect(next.frozen.size).toBe(4);
  for (const name of next.frozen) expect(weights[name]).toEqual(network.weights[name]);
  const { down } = sideExpertNames('text', 1);
  expect(weights[down]).not.toEqual(next.weights[down]);
  expect(weights[sideInputNames('text').router]).not.toEqual(next.weights[sideInputNames('text').router]);
  // A training can be resumed from its own report.
  expect(states.at(-1)).toEqual(Object.keys(next.weights).sort());
});

it('counts earlier choices, so that the items of earlier windows stay known', async () => {
  const earlier = new Float32Array(ITEMS).fill(2);
  const sequences = sequencesFrom([[0, 1, 2]]);
  const { popularity, logPopularity } = await trainEpochs({
    features,
    seed: 1,
    earlier,
    sequences,
    settings: { ...settings, epochs: 1 },
  });
  expect([popularity[0], popularity[11]]).toEqual([3, 2]);
  expect(logPopularity[11]).toBeCloseTo(Math.log(3));
});

it('measures the use of experts by their gates and outputs over the items that somebody chose', async () => {
  const { weights } = nextSideWindow(network.weights, config, {}, { text: Float32Array.of(1, -2, 1, 0) });
  const { router, routerBias } = sideInputNames('text');
  const known = Float32Array.from(items, (_, row) => (row < 2 ? 1 : 0));
  expect(await sideUse(network.weights, features, known)).toEqual({ text: [1] });
  const even = { ...weights, [router]: { shape: [2, 3], values: new Float32Array(6) } };
  const biased = { ...even, [routerBias]: { shape: [2], values: Float32Array.of(Math.log(3) / GATE_SPEED, 0) } };
  // The second expert is a copy of the first.
  expect((await sideUse(biased, features, known)).text).toEqual([expect.closeTo(0.75, 5), expect.closeTo(0.25, 5)]);
  const { up } = sideExpertNames('text', 1);
  const silent = { ...biased, [up]: { ...weights[up], values: weights[up].values.map((value) => 0.3 * value) } };
  const shares = [0.75, 0.3 * 0.25].map((share) => expect.closeTo(share / (0.75 + 0.3 * 0.25), 5));
  expect((await sideUse(silent, features, known)).text).toEqual(shares);
  const uses = [1, 2].map((count) =>
    sideUse(
      weights,
      features,
      known.map((_, row) => (row < count ? 1 : 0)),
    ),
  );
  const [low, high] = await Promise.all(uses);
  expect(low.text).not.toEqual(high.text);
});

describe('the next training of a network', () => {
  it('learns newer choices, from the previous weights plus one more expert', () => {
    const next = nextTraining(request);
    if ('why' in next) throw new Error(next.why);
    expect(next.choices).toMatchObject(choicesFrom(interactions.slice(30)));
    expect(next.choices.known.size).toBe(6);
    expect(next.earlier).toEqual(network.choices);
    expect(next.frozen).toContain(sideExpertNames('text', 0).down);
    expect(next.initial[sideExpertNames('text', 1).down]).toEqual(network.weights[sideExpertNames('text', 0).down]);
  });

  it('gives the new expert more of the items that the newer choices prefer', async () => {
    const of = (rows: readonly number[]) => Float32Array.from(items, (_, row) => (rows.includes(row) ? 1 : 0));
    // The longest items by the first column, and the others.
    const sorted = [...items.keys()].sort((a, b) => text.values[3 * b] - text.values[3 * a]);
    const [preferred, others] = [sorted.slice(0, 4), sorted.slice(4)];
    const newer = preferred.map((row, n) => ({ user: 'u1', row, time: 40 + n }));
    const next = nextTraining({ ...request, choices: choicesFrom(newer) });
    if ('why' in next) throw new Error(next.why);
    const uses = [preferred, others].map(
      async (rows) => (await sideUse(next.initial, features, of(rows))).text?.[1] ?? 0,
    );
    const [onPreferred, onOthers] = await Promise.all(uses);
    expect(onPreferred).toBeGreaterThan(1.2 * onOthers);
  });

  it('continues in a catalogue with other items', () => {
    const now = [...items.slice(1), 'new'];
    const next = nextTraining({ ...request, items: now });
    expect(next).toMatchObject({ earlier: Float32Array.from([...network.choices.slice(1), 0]) });
  });

  it.each<[string, Partial<SideWindowRequest>, string]>([
    ['nothing newer', { choices: choicesFrom(interactions.slice(0, 30)) }, 'no choice after'],
    ['no sequence', { choices: choicesFrom(interactions.slice(0, 31)) }, 'two choices'],
    ['few newer', { network: { ...network, choices: network.choices.map(() => 100) } }, '30 newer choices, fewer than'],
    ['another size', { settings: { ...settings, hidden: 8 } }, 'have changed'],
    ['other columns', { described: 'text, pictures' }, 'have changed'],
    ['missing items', { items: items.slice(2) }, 'lacks 2 of its 12 items'],
  ])('says why it cannot continue: %s', (_, change, why) => {
    expect(nextTraining({ ...request, ...change })).toMatchObject({ why: expect.stringContaining(why) });
  });
});

describe('the file of a network', () => {
  const about = (change: object) => decodeSideNetwork(encodeSideNetwork({ ...network, ...change }));

  it('contains everything that a later training needs', async () => {
    const file = keptFile(join(folder, 'kept', 'network.weights'));
    expect(await file.read()).toBeNull();
    await file.write(encodeSideNetwork(network));
    expect(decodeSideNetwork((await file.read()) ?? new Uint8Array())).toEqual(network);
    const { weights } = nextSideWindow(network.weights, config, {}, {});
    expect(about({ weights })).toEqual({ ...network, weights });
  });

  it('is refused if it is damaged, even by one bit', () => {
    const bytes = encodeSideNetwork(network);
    const refused = expect.objectContaining({ code: 'model/bad-weights' });
    expect(() => decodeSideNetwork(bytes.subarray(0, bytes.length - 9))).toThrow(refused);
    for (let at = bytes.length - 1; at > 0; at -= 97) {
      const flipped = Uint8Array.from(bytes);
      flipped[at] ^= 1 << (at % 8);
      expect(() => decodeSideNetwork(flipped), `${at}`).toThrow(refused);
    }
    for (const change of [{ until: Number.NaN }, { windows: [] }, { config: {} }, { more: 1 }])
      expect(() => about(change), JSON.stringify(change)).toThrow(refused);
  });
});
