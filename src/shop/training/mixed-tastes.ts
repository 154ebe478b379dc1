import { estimate } from '../../core/common/estimate';
import { Learner, type LearnerCatalog, NEWBORN } from '../../device/learner';
import { rankOf, scores } from '../../device/ranking';
import type { Interaction } from './interactions';
import { sharedLearning } from './shared-learning';
import { ARRANGEMENT_NAMES, type Arrangement, type Shopper, TASTE_CHOICES, twoTastes } from './two-tastes';

/** Values of `Start.newborn` that are compared; the first is one expert alone. */
const COMPARED = [0, 0.02, NEWBORN];
/** Number of pairs, and the minimum without which nothing is chosen. */
const [MAX_PAIRS, MIN_PAIRS] = [12, 6];
/** Choices of a pair that are not ranked. */
const LEARNED = 10;
/** A change is told from chance beyond this many standard errors. */
const CLEAR = 2;

/**
 * How much a candidate weighs that is born within a visit, chosen by what several experts gain where the tastes of two shoppers take turns
 * on one device: the value with the best ranks, among those that lose nothing to one expert in any arrangement beyond the error. Undefined
 * if too few shoppers have enough choices.
 * @param catalog with the start weights of the shop
 * @param streams choices of shoppers from whom nothing was learned, oldest first
 */
export function fitMixedTastes(
  catalog: LearnerCatalog,
  streams: readonly (readonly Pick<Interaction, 'row' | 'time'>[])[],
  say: (line: string) => void,
): number | undefined {
  const tastes = streams
    .map((stream, n) => ({ id: `${n}`, rows: [...new Set(stream.map(({ row }) => row))], times: [] }))
    .filter(({ rows }) => rows.length >= TASTE_CHOICES);
  const pairs = unlikePairs(catalog, tastes);
  if (pairs.length < MIN_PAIRS) return undefined;
  const start = Math.max(...streams.map((stream) => stream.at(-1)?.time ?? 0));
  const options = sharedLearning();
  const changes = COMPARED.slice(1).map((newborn) => ({ newborn, of: new Map<Arrangement, number[]>() }));
  for (const arrangement of ARRANGEMENT_NAMES) {
    for (const pair of pairs) {
      const stream = twoTastes(pair, arrangement, start);
      const [one, ...several] = COMPARED.map((newborn) =>
        meanLnRank(new Learner(catalog, { ...options, newborn }), stream, catalog),
      );
      for (const [n, { of }] of changes.entries())
        of.set(arrangement, [...(of.get(arrangement) ?? []), several[n] - one]);
    }
  }
  const judged = changes.map(({ newborn, of }) => {
    const estimates = [...of.values()].map(estimate);
    return {
      newborn,
      mean: estimates.reduce((sum, { mean }) => sum + mean, 0) / estimates.length,
      loses: estimates.some(({ mean, se }) => mean > CLEAR * se),
      gains: estimates.some(({ mean, se }) => mean < -CLEAR * se),
      text: [...of.keys()]
        .map((name, n) => `${name} ${estimates[n].mean.toFixed(3)} ± ${estimates[n].se.toFixed(3)}`)
        .join(', '),
    };
  });
  const usable = judged.filter(({ loses, gains, mean }) => gains && !loses && mean < 0);
  const chosen = usable.sort((a, b) => a.mean - b.mean)[0]?.newborn ?? 0;
  for (const { newborn, text } of judged)
    say(`Several experts, ${100 * newborn} % for a new one, against one; ln rank of two tastes: ${text}`);
  say(chosen === 0 ? 'Several experts: off' : `Several experts: on, ${100 * chosen} % for a new one`);
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
