import { startCompute } from '../../../src/training/compute';
import { type Area, type AreaResult, atLeast, atMost, type Figure } from '../bars';
import { median } from '../timing';
import { inBrowser } from '../training/browser';
import { KINDS, type Kind, type Measured, measure } from '../training/measure';
import { LARGE, SHOPPER, type Sizes } from '../training/network';

/** Rounds of the network of the bars, and of those that are figures. */
const ROUNDS = 40;
const FEWER = 6;

const LABELS: Record<Kind, string> = {
  fused: 'fused',
  tfjs: 'tfjs wasm',
  batched: 'plain batched tfjs wasm',
  products: 'products alone',
};

const ms = (time: number): string => `${time.toFixed(time < 10 ? 2 : 1)} ms`;

export const area: Area = {
  title: 'Training the ladder of experts',
  async measure(say) {
    return inBrowser(async (page, version) => {
      const inPage = (sizes: Sizes, rounds: number) =>
        page.evaluate(([given, count]) => window.measureTraining(given, count), [sizes, rounds] as const);
      say(`steps of a shopper's network in Chromium ${version}`);
      const shopper = await inPage(SHOPPER, ROUNDS);
      say('steps of a larger network');
      const large = await inPage(LARGE, FEWER);
      say('steps of both in Node');
      await startCompute('wasm');
      const node = await measure(SHOPPER, FEWER);
      const result = barsOf(shopper);
      const figures = [
        { name: 'browser', measured: `Chromium ${version}` },
        ...figuresOf(`network of a shopper (${shopper.items} items, D ${SHOPPER.dim})`, shopper),
        ...figuresOf(`larger network (${large.items} items, D ${LARGE.dim}, 4 experts, 2 x 4 layers)`, large),
        { name: `network of a shopper in Node ${process.versions.node}`, measured: summary(node) },
      ];
      const values = KINDS.map((kind) => ({ name: LABELS[kind], value: median(shopper.times[kind]) }));
      return { ...result, figures, series: { 'training step': { unit: 'ms', values } } };
    });
  },
};

function barsOf({ times }: Measured): AreaResult {
  const time = (kind: Kind): number => median(times[kind]);
  const against = (kind: Kind): string => `${ms(time(kind))} ${LABELS[kind]}, ${ms(time('fused'))} fused`;
  return {
    bars: [
      atLeast('fused step, times as fast as tfjs wasm', 4, time('tfjs') / time('fused'), against('tfjs')),
      atLeast(
        'fused step, times as fast as plain batched tfjs wasm',
        10,
        time('batched') / time('fused'),
        against('batched'),
      ),
      atMost('fused step in bare products of its shapes', 3, time('fused') / time('products'), against('products')),
    ],
  };
}

function figuresOf(name: string, found: Measured): Figure[] {
  const { profile, multiplications, times, losses } = found;
  const whole = Object.values(profile).reduce((sum, time) => sum + time, 0);
  const parts = Object.entries(profile)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 8)
    .map(([part, time]) => `${part} ${((100 * time) / whole).toFixed(0)} %`);
  const rate = multiplications / median(times.products) / 1e6;
  return [
    { name, measured: summary(found) },
    {
      name: `${name}, loss`,
      measured: Object.entries(losses)
        .map(([kind, loss]) => `${kind} ${loss.toFixed(5)}`)
        .join(', '),
    },
    { name: `${name}, fused step by function`, measured: parts.join(', ') },
    {
      name: `${name}, products`,
      measured: `${(multiplications / 1e6).toFixed(1)} million multiplications, ${rate.toFixed(1)} per nanosecond`,
    },
  ];
}

const summary = ({ times }: Measured): string =>
  KINDS.map((kind) => `${LABELS[kind]} ${ms(median(times[kind]))}`).join(', ');
