import { describe, expect, it } from 'vitest';
import type { LearnerSettings } from '../../catalog';
import { seededRandom } from '../../model';
import { learningKey } from './candidates';
import { chooseSettings, type TuningShoppers } from './choose-settings';
import type { TuningPartName } from './parts';

const SIZES = { choose: 30, confirm: 24, report: 20 };
const CHOICES = 20;

interface Call {
  part: TuningPartName;
  settings: readonly LearnerSettings[];
}

/**
 * Simulated shoppers: learning ranks their choices at 30 in place of 40, as some are ranked, times e to the effect of the
 * settings.
 */
function simulated(
  effect: (settings: LearnerSettings, part: TuningPartName, place: number) => number,
  { base = true } = {},
) {
  const calls: Call[] = [];
  const shoppers: TuningShoppers = {
    base,
    sizes: SIZES,
    async replay(part, places, settings, onReplayed) {
      calls.push({ part, settings });
      onReplayed(places.length);
      return places.map((place) => {
        const random = seededRandom(1000 * Object.keys(SIZES).indexOf(part) + place + 1);
        const spread = Array.from({ length: CHOICES }, () => Math.exp(2 * random() - 1));
        const ranks = (factor: number) => spread.map((by) => Math.max(1, Math.round(30 * by * factor)));
        return {
          alone: spread.map(() => 40),
          bySettings: settings.map((own) => ({
            ranks: ranks(Math.exp(effect(own, part, place))),
            learned: { recent: 0.5, base: -0.25 },
          })),
        };
      });
    },
  };
  return { calls, shoppers };
}
const runsOf = (calls: readonly Call[], part: TuningPartName): number =>
  calls
    .filter((call) => call.part === part)
    .reduce((sum, { settings }) => sum + new Set(settings.map(learningKey)).size, 0);

describe('choosing settings', () => {
  it('joins what helps, confirms it on other shoppers, and looks at the last ones once, at the end', async () => {
    const { calls, shoppers } = simulated(
      ({ fading = 0.04, anchor = 0.4, weights = {}, trial = 10 }, _, place) =>
        (fading < 0.04 ? -0.1 : 0) +
        (anchor > 0.4 ? -0.05 : 0) +
        (weights.recent ?? 0) * 0.2 +
        (trial === 16 ? 0.05 - 0.01 * (place % 3) : 0),
    );
    const progress: number[][] = [];
    const found = await chooseSettings(shoppers, { seed: 1, onProgress: (...done) => progress.push(done) });
    expect(found.settings).toMatchObject({ fading: 0.02, anchor: 0.8 });
    expect(found.settings).not.toHaveProperty('trial');
    expect(found.settings).not.toHaveProperty('weights.recent');
    expect(found.best).toEqual(found.settings);
    expect(calls.map(({ part }) => part).filter((part, n, all) => part !== all[n - 1])).toEqual([
      'choose',
      'confirm',
      'report',
    ]);
    expect(calls.filter(({ part }) => part === 'report')).toEqual([{ part: 'report', settings: [{}, found.settings] }]);
    const { confirm, report } = found.parts;
    expect([confirm?.shoppers, report?.shoppers, report?.choices]).toEqual([24, 20, 20 * CHOICES]);
    expect(report?.change.lnRank.mean).toBeLessThan(-0.1);
    expect(found.compared[0].changes.lnRank.mean).toBeLessThan(-0.1);
    expect(found.compared.map(({ name }) => name)).toContain('trial 16');
    const [done, total] = progress.at(-1) ?? [];
    expect(done).toBe(total);
    expect(progress.every(([one], n) => n === 0 || one >= progress[n - 1][0])).toBe(true);
  });

  it('tries weights where the choices of the shoppers take them', async () => {
    const { shoppers } = simulated(({ weights = {} }) => ((weights.recent ?? 0) > 0.7 ? -0.1 : 0));
    const { settings } = await chooseSettings(shoppers, { seed: 1 });
    expect(settings?.weights?.recent).toBeCloseTo(0.52 * Math.exp(0.5), 2);
    expect(settings?.weights?.base).toBeCloseTo(0.32 * Math.exp(-0.25), 2);
  });

  it('finds nothing where nothing helps, and looks at no other part', async () => {
    const { calls, shoppers } = simulated((settings) => (Object.keys(settings).length > 0 ? 0.05 : 0));
    expect(await chooseSettings(shoppers, { seed: 1 })).toMatchObject({ settings: null, best: null, parts: {} });
    expect(new Set(calls.map(({ part }) => part))).toEqual(new Set(['choose']));
  });

  it('does not use what other shoppers do not confirm, and leaves the last ones unseen', async () => {
    const { calls, shoppers } = simulated(({ fading }, part) => (fading === 0.02 && part === 'choose' ? -0.1 : 0));
    const found = await chooseSettings(shoppers, { seed: 1 });
    expect(found).toMatchObject({ settings: null, best: { fading: 0.02 } });
    expect(Object.keys(found.parts)).toEqual(['choose', 'confirm']);
    expect(calls.at(-1)?.part).toBe('confirm');
  });

  it('does not use what may be chance: less than a standard error', async () => {
    const { shoppers } = simulated(({ anchor, anchorSlope }, _, place) =>
      anchor === 0.8 && !anchorSlope ? ([-0.1, 0.02][place] ?? 0) : 0,
    );
    const { best, compared } = await chooseSettings(shoppers, { seed: 1 });
    expect(compared.find(({ name }) => name === 'anchor 0.8')?.changes.lnRank.mean).toBeLessThan(0);
    expect(best).toBeNull();
  });

  it('does not use what makes some worse for the good of the others', async () => {
    const { shoppers } = simulated(({ fading }, _, place) => (fading === 0.02 ? (place % 5 === 0 ? 0.4 : -0.4) : 0));
    const { settings, best } = await chooseSettings(shoppers, { seed: 1 });
    expect([settings, best]).toEqual([null, null]);
  });

  it('tries anchors as lists of one learner, and fewer candidates on more shoppers', async () => {
    const { calls, shoppers } = simulated(({ fading, kept }) => (fading === 0.02 ? -0.1 : kept ? -0.05 : 0));
    await chooseSettings(shoppers, { seed: 1 });
    expect(runsOf(calls.slice(0, 1), 'choose')).toBe(1);
    expect(calls[0].settings.length).toBeGreaterThan(4);
    const tried = calls.slice(1, 4).map(({ settings }) => settings.length);
    expect(tried[1]).toBeLessThanOrEqual(Math.ceil(tried[0] / 2));
    expect(tried[2]).toBeLessThanOrEqual(Math.ceil(tried[1] / 2));
  });
});
