import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../src/core/common/random';
import { useBackend } from '../../../../testing/backends';
import { threeGroups } from '../../../../testing/three-groups';
import { choicesFrom } from '../interactions';
import { chosenHalfLife, type HalfLifeRequest, halfLifeText } from './half-life';
import { sideFeatures } from './side-features';

const COUNT = 60;
const SHOPPERS = 160;
const features = sideFeatures(threeGroups(COUNT).index);
const settings = { width: 4, hidden: 6, decays: [0.9], negatives: 40, learningRate: 0.03 };

beforeAll(() => useBackend('cpu'));

/** One shopper after the other, each with ten items of a group. */
function log(groupOf: (shopper: number) => number) {
  const random = seededRandom(3);
  return Array.from({ length: SHOPPERS }, (_, n) => {
    const rows = new Set<number>();
    while (rows.size < 10) rows.add(3 * Math.floor((COUNT / 3) * random()) + groupOf(n));
    return [...rows].map((row, at) => ({ user: `u${n}`, row, time: 100 * n + at }));
  }).flat();
}

async function choose(groupOf: (shopper: number) => number, more: Partial<HalfLifeRequest> = {}) {
  const said: string[] = [];
  const halfLife = await chosenHalfLife({
    features,
    choices: choicesFrom(log(groupOf)),
    settings,
    seed: 1,
    meter: { start() {}, advance() {}, stop() {} },
    say: (line) => said.push(line),
    ...more,
  });
  return { halfLife, said };
}

describe('chosenHalfLife', () => {
  it('lets old choices fade in a shop whose shoppers change, and not in one where they only get fewer choices to learn from', async () => {
    const changing = await choose((n) => (n < 90 ? n % 2 : 2));
    expect(changing.halfLife).toBe(0.5);
    expect(changing.said).toEqual([
      expect.stringMatching(
        /^Half-life of a choice in the loss: 50 % of the log \(mean ln rank of the choices of 24 later shoppers: 50 % of the log \d\.\d{3}, 100 % of the log \d\.\d{3}, none \d\.\d{3}\)$/,
      ),
    ]);
    // Old choices of the third group alone tell what shoppers of that group like.
    const returning = await choose((n) => (n < 25 || n >= 136 ? 2 : n % 2));
    expect(returning.halfLife).toBe(Number.POSITIVE_INFINITY);
    expect([returning.halfLife, null, 1].map(halfLifeText)).toEqual(['none', 'none', '100 % of the log']);
  });

  it('is half of the log if too few shoppers come later, or if the training is stopped', async () => {
    const few = log((n) => n % 3).filter(({ user }) => Number(user.slice(1)) < 40);
    expect(await choose(() => 0, { choices: choicesFrom(few) })).toEqual({ halfLife: 0.5, said: [] });
    expect(await choose((n) => n % 3, { stopped: () => true })).toEqual({ halfLife: 0.5, said: [] });
  });
});
