import { estimate } from '../../../src/core/common/estimate';
import { nextTask } from '../../../src/core/common/tasks';
import { Learner, type LearnerCatalog, NEWBORN, sharedLearning } from '../../../src/device/learner';
import { rankOf, scores } from '../../../src/device/ranking';
import type { Meter } from '../pipeline';
import type { Interaction } from './interactions';
import { ARRANGEMENT_NAMES, oneTaste, type Shopper, TASTE_CHOICES, twoTastes } from './two-tastes';

/** Values of `Start.newborn` that are compared with one expert alone. */
const COMPARED = [0.02, NEWBORN];
/** Number of pairs, and the minimum without which nothing is chosen. */
const [MAX_PAIRS, MIN_PAIRS] = [20, 6];
/** Choices of a pair that are not ranked. */
const LEARNED = 10;

/**
 * How much a candidate weighs that is born within a visit, chosen by what several experts gain where the tastes of two shoppers take turns
 * on one device: the value with the best ranks over all arrangements, or 0, one expert, if they are not better by more than an error.
 * Undefined if too few shoppers have enough choices.
 * @param catalog with the start weights of the shop
 * @param without the same without experts, where they do not pay for shoppers of one taste: the streams of these then count as well
 * @param streams choices of shoppers from whom nothing was learned, oldest first
 */
export async function fitMixedTastes(
  catalog: LearnerCatalog,
  streams: readonly (readonly Pick<Interaction, 'row' | 'time'>[])[],
  { say, meter, without }: { say(line: string): void; meter?: Meter; without?: LearnerCatalog },
): Promise<number | undefined> {
  const tastes = streams
    .map((stream, n) => ({ id: `${n}`, rows: [...new Set(stream.map(({ row }) => row))], times: [] }))
    .filter(({ rows }) => rows.length >= TASTE_CHOICES);
  const pairs = unlikePairs(catalog, tastes);
  if (pairs.length < MIN_PAIRS) return undefined;
  const start = Math.max(...streams.map((stream) => stream.at(-1)?.time ?? 0));
  const options = sharedLearning();
  const names = [...ARRANGEMENT_NAMES, ...(without ? (['alone'] as const) : [])];
  /** Changes of the ln rank against one expert: of each pair, for each arrangement, by each value. */
  const changes: number[][][] = [];
  meter?.start('Several experts', pairs.length);
  for (const pair of pairs) {
    const change = names.map((name) => {
      const stream = name === 'alone' ? oneTaste(pair[0], start) : twoTastes(pair, name, start);
      const rankBy = (newborn: number, shop = catalog): number =>
        meanLnRank(new Learner(shop, { ...options, newborn }), stream, shop);
      const reference = rankBy(0, without);
      return COMPARED.map((newborn) => rankBy(newborn) - reference);
    });
    changes.push(change);
    meter?.advance(1);
    await nextTask();
  }
  meter?.stop();
  const judged = COMPARED.map((newborn, n) => {
    const of = names.map((name, a) => ({ name, ...estimate(changes.map((pair) => pair[a][n])) }));
    const whole = estimate(changes.map((pair) => pair.reduce((sum, own) => sum + own[n] / pair.length, 0)));
    say(
      `Several experts, ${100 * newborn} % for a new one: ln rank of two tastes against one expert ${of.map(({ name, mean, se }) => `${name} ${mean.toFixed(3)} ± ${se.toFixed(3)}`).join(', ')}`,
    );
    return { newborn, ...whole };
  });
  const gaining = judged.filter(({ mean, se }) => mean < -se).sort((a, b) => a.mean - b.mean);
  const chosen = gaining[0]?.newborn ?? 0;
  say(`Several experts: ${chosen === 0 ? 'off' : `on, ${100 * chosen} % for a new one`}`);
  return chosen;
}

/** Pairs of shoppers whose mean choices are least alike by the side model; each shopper is in one pair. */
function unlikePairs({ index: { side } }: LearnerCatalog, tastes: readonly Shopper[]): [Shopper, Shopper][] {
  if (!side) return [];
  const means = tastes.map(({ rows }) => {
    const sum = new Float64Array(side.width);
    for (const row of rows.slice(0, TASTE_CHOICES))
      for (let d = 0; d < side.width; d++) sum[d] += side.vectors[row * side.width + d];
    return sum.map((value) => value / (Math.hypot(...sum) || 1));
  });
  const alike = (a: number, b: number): number => means[a].reduce((sum, value, d) => sum + value * means[b][d], 0);
  const left = new Set(tastes.keys());
  const pairs: [Shopper, Shopper][] = [];
  for (const a of tastes.keys()) {
    if (!left.delete(a) || left.size === 0 || pairs.length === MAX_PAIRS) continue;
    const b = [...left].reduce((least, other) => (alike(a, other) < alike(a, least) ? other : least));
    left.delete(b);
    pairs.push([tastes[a], tastes[b]]);
  }
  return pairs;
}

/** Mean ln rank of the choices of a stream among all items that were not chosen before, each before it is learned. */
function meanLnRank(learner: Learner, { rows, times }: Shopper, { index }: LearnerCatalog): number {
  const chosen = new Set<number>();
  let sum = 0;
  for (const [place, row] of rows.entries()) {
    if (place >= LEARNED) sum += Math.log(rankOf(scores(learner.terms, learner.weightsAt(times[place])), row, chosen));
    chosen.add(row);
    learner.observe({ id: place + 1, type: 'click', itemId: index.items[row].id, time: times[place] });
  }
  return sum / (rows.length - LEARNED);
}
