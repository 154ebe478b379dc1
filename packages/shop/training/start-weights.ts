import type { StartWeights } from '../../../src/core/catalog';
import { estimate } from '../../../src/core/common/estimate';
import { seededRandom } from '../../../src/core/common/random';
import { nextTask } from '../../../src/core/common/tasks';
import { Learner, type LearnerCatalog, START_WITH_SIDE } from '../../../src/device/learner';
import {
  FREQUENCY_WEIGHT,
  frequencies,
  frequencyTerm,
  scores,
  TERMS,
  type TermName,
  type TermValues,
  topRows,
} from '../../../src/device/ranking';
import type { Meter } from '../pipeline';
import { basketEnd, type Interaction } from './interactions';

/**
 * Terms whose start weights are fitted. The lift of new items and dislikes are excluded: they do not depend on the choices of a
 * log.
 */
const FITTED: readonly TermName[] = TERMS.filter(
  (name) => !['coldStart', 'disliked'].includes(name) && START_WITH_SIDE.weights[name] > 0,
);

/** Maximum number of cases per shopper and in total. */
const MAX_CHOICES = 110;
const MAX_CASES = 2000;
/** Number of the best items with which each is compared, and of others, which are drawn and stand for all others. */
const [BEST, DRAWN] = [200, 200];
/** Minimum number of cases. */
const MIN_CASES = 200;
/** Maximum factor of a default weight, and the cost, nats, of the square of its log, below 1 of its distance from 1. */
const MAX_FACTOR = 8;
const PRIOR = 0.02;
/** Fits of a situation: with and without experts, to two halves of the shoppers, and to all. */
const FITS = 5;
/** Steps of the fit, and the rate of the first, which falls to 0. */
const [STEPS, RATE] = [100, 0.15];

/** Minimum decrease of the mean ln rank of choices by the experts: two seeds differ by less. */
const CLEAR = 0.01;

type Choice = Pick<Interaction, 'row' | 'time'>;

interface Case {
  /** Values of the fitted terms, and of the frequency, for the item of a choice, then for those with which it is compared. */
  values: Float32Array;
  /** Log of the number of items that each of them stands for. */
  stands: Float32Array;
  /** Number of the shopper who chose. */
  shopper: number;
}

/** Minimum number of repeats from which lists that may repeat have their own weights. */
const MIN_REPEATS = 100;

export interface FitOptions {
  seed: number;
  /** Time from which choices are ranked, milliseconds since the epoch: popularity counts recent choices most. Default: all */
  from?: number;
  meter?: Meter;
  say?(line: string): void;
}

/** The cases of each situation. */
type Cases = Record<'within' | 'opening' | 'repeats', Case[]>;

/** Number of fitted factors: the terms, then the frequency. */
const WIDTH = FITTED.length + 1;
const EXPERTS = FITTED.indexOf('preference');

/**
 * Start weights of the terms for a shop with a side model: the default weights times the factors under which the choices of some
 * shoppers are most probable, each before it is learned. The first choices of visits have their own: what shoppers just looked
 * at says much about the next choice of a visit, or the next line of an order, and little about the next visit. The lines of an
 * order are then ranked before any of them is learned. So have lists that may repeat what the shopper bought, if they do repeat.
 * A factor may be 0: the part is off. The experts are on only if they pay for shoppers to whom nothing was fitted, by the
 * likelihood of their choices and by the ranks, and, elsewhere, if they are on within visits. These shoppers must not be among
 * those used to learn the model and the counts. Null if there are too few choices.
 */
export async function fitStartWeights(
  catalog: LearnerCatalog,
  streams: readonly (readonly Choice[])[],
  { seed, from = Number.NEGATIVE_INFINITY, meter, say = () => {} }: FitOptions,
): Promise<StartWeights | null> {
  const random = seededRandom(seed);
  const cases: Cases = { within: [], opening: [], repeats: [] };
  const perShopper = Math.max(5, Math.ceil(MAX_CASES / Math.max(1, streams.length)));
  // Both stages yield, so that a signal ends them.
  meter?.start('Held-out choices', streams.length);
  for (const [shopper, stream] of streams.entries()) {
    addCases(cases, catalog, stream, { shopper, limit: perShopper, from, random });
    meter?.advance(1);
    await nextTask();
  }
  meter?.stop();
  const situations = Object.values(cases).filter((own) => own.length >= MIN_CASES).length;
  meter?.start('Start weights', situations * FITS * STEPS);
  const step = (): Promise<void> => {
    meter?.advance(1);
    return nextTask();
  };
  const start = [...FITTED.map((name) => START_WITH_SIDE.weights[name]), FREQUENCY_WEIGHT];
  // The values of the read-outs already contain their weight.
  const first = start.with(EXPERTS, 1);
  const fittedTo = async (
    own: readonly Case[],
    where: string,
    usual?: Float64Array | null,
  ): Promise<Float64Array | null> => {
    if (own.length < MIN_CASES) return null;
    const without = first.with(EXPERTS, 0);
    const { likelihood, error, rank } = await gainOf(own, first, without, step);
    const on = likelihood > error && rank < -CLEAR && usual?.[EXPERTS] !== 0;
    say(
      `Experts ${where}: ${on ? 'on' : 'off'}; log-likelihood of a choice ${likelihood.toFixed(3)} ± ${error.toFixed(3)}, ln rank ${rank.toFixed(3)}`,
    );
    return on ? fitted(own, first, step) : (await fitted(own, without, step)).with(EXPERTS, 0);
  };
  const usual = await fittedTo(cases.within, 'within a visit');
  const opening = await fittedTo(cases.opening, 'for the first choice of a visit', usual);
  const within = usual ?? opening;
  if (within === null) {
    meter?.stop();
    return null;
  }
  const named = (factors: Float64Array): Record<string, number> =>
    Object.fromEntries(FITTED.map((name, n) => [name, rounded(start[n] * factors[n])]));
  const repeated = cases.repeats.filter(({ values }) => values[FITTED.length] > 0).length >= MIN_REPEATS;
  const repeats = repeated ? await fittedTo(cases.repeats, 'in lists that may repeat', within) : null;
  meter?.stop();
  return {
    weights: named(within),
    ...(opening && opening !== within ? { opening: named(opening) } : {}),
    ...(repeats && { repeats: { ...named(repeats), frequency: rounded(FREQUENCY_WEIGHT * repeats[FITTED.length]) } }),
  };
}

const rounded = (value: number): number => Number(value.toPrecision(3));

/** Adds choices of one shopper, spread evenly over the stream. */
function addCases(
  cases: Cases,
  catalog: LearnerCatalog,
  stream: readonly Choice[],
  { shopper, limit, from, random }: { shopper: number; limit: number; from: number; random: () => number },
): void {
  const { items } = catalog.index;
  const learner = new Learner({ ...catalog, startWeights: undefined });
  const chosen = new Set<number>();
  const bought = new Map<number, number[]>();
  const ranked = Math.max(
    0,
    stream.findIndex(({ time }) => time >= from),
  );
  const choices = stream.slice(0, ranked + MAX_CHOICES);
  const times = choices.map(({ time }) => time);
  const every = Math.max(1, Math.floor((choices.length - ranked) / limit));
  let openings = 0;
  for (let start = 0, end = 0; start < choices.length; start = end) {
    end = basketEnd(times, start);
    const time = times[start];
    const rows = [...new Set(choices.slice(start, end).map(({ row }) => row))];
    const isRanked = (n: number): boolean => start > 0 && time >= from && (start + n) % every === 0;
    const fresh = new Set(rows.filter((row) => !chosen.has(row)));
    const opens = start > 0 && learner.opensVisit(time);
    const add = (kind: keyof Cases, row: number, others: ReadonlySet<number>, repeatable: PurchaseTimes = new Map()) =>
      cases[kind].push({ shopper, ...compared(learner.terms, row, others, repeatable, random) });
    for (const [n, row] of rows.entries()) {
      if (opens && time >= from && openings < limit && fresh.has(row)) {
        add('opening', row, new Set([...chosen, ...fresh]));
        openings++;
      }
      // The lines of an order are no candidates of each other.
      if (isRanked(n)) add('repeats', row, new Set(rows), bought);
    }
    for (const row of rows) bought.set(row, [...(bought.get(row) ?? []), time]);
    for (let place = start; place < end; place++) {
      const { row } = choices[place];
      if (!chosen.has(row) && isRanked(place - start) && !(opens && place === start)) add('within', row, chosen);
      chosen.add(row);
      learner.observe({ id: place + 1, type: 'click', itemId: items[row].id, time: times[place] });
    }
  }
}

/** Times of a shopper's purchases, by row. */
type PurchaseTimes = ReadonlyMap<number, readonly number[]>;

/**
 * The values of a chosen item, and of those with which it is compared: the best by the default weights, and some of the others.
 * @param not items with which it is not compared
 * @param bought items bought before, with all of which it is compared
 */
function compared(
  terms: TermValues,
  row: number,
  not: ReadonlySet<number>,
  bought: PurchaseTimes,
  random: () => number,
): Omit<Case, 'shopper'> {
  const frequency = frequencies(bought);
  const allowed = (other: number): boolean => other !== row && !not.has(other) && !bought.has(other);
  const best = topRows(scores(terms, { ...START_WITH_SIDE.weights, preference: 1 }), BEST, allowed);
  const known = new Set([row, ...[...bought.keys()].filter((other) => !not.has(other)), ...best]);
  const left = [...terms.popularity.keys()].filter((other) => allowed(other) && !known.has(other));
  const drawn = Array.from({ length: Math.min(DRAWN, left.length) }, (_, n) => {
    const at = n + Math.floor(random() * (left.length - n));
    [left[n], left[at]] = [left[at], left[n]];
    return left[n];
  });
  const rows = [...known, ...drawn];
  const values = new Float32Array(rows.length * WIDTH);
  for (const [n, other] of rows.entries()) {
    for (const [t, name] of FITTED.entries()) values[n * WIDTH + t] = terms[name][other];
    values[n * WIDTH + FITTED.length] = frequencyTerm(frequency.get(other) ?? 0);
  }
  const share = Math.log(left.length / Math.max(1, drawn.length));
  return { values, stands: Float32Array.from(rows, (_, n) => (n < known.size ? 0 : share)) };
}

/** Factors of the weights by Adam on the mean log-likelihood, with a prior towards 1. */
async function fitted(
  cases: readonly Case[],
  start: readonly number[],
  stepped: () => Promise<void>,
): Promise<Float64Array> {
  const factors = new Float64Array(WIDTH).fill(1);
  const first = new Float64Array(WIDTH);
  const second = new Float64Array(WIDTH);
  for (let step = 1; step <= STEPS; step++) {
    const weights = start.map((weight, t) => weight * factors[t]);
    const gradient = new Float64Array(WIDTH);
    for (const one of cases) addGradient(gradient, one, weights);
    for (let t = 0; t < WIDTH; t++) {
      const factor = factors[t];
      const prior = factor > 1 ? Math.log(factor) / factor : factor - 1;
      const slope = (gradient[t] * start[t]) / cases.length - 2 * PRIOR * prior;
      first[t] = 0.9 * first[t] + 0.1 * slope;
      second[t] = 0.99 * second[t] + 0.01 * slope * slope;
      const unbiased = first[t] / (1 - 0.9 ** step);
      const size = Math.sqrt(second[t] / (1 - 0.99 ** step)) + 1e-8;
      factors[t] = Math.max(0, Math.min(MAX_FACTOR, factor + (RATE * (1 - step / STEPS) * unbiased) / size));
    }
    await stepped();
  }
  return factors;
}

/**
 * By how much a part raises the log-likelihood of a choice if the weights are fitted to the other half of the shoppers, nats, with its
 * standard error, and the change of the ln rank among all items. Means over shoppers.
 * @param start default weights @param without the same with 0 for the part
 */
async function gainOf(
  cases: readonly Case[],
  start: readonly number[],
  without: readonly number[],
  stepped: () => Promise<void>,
) {
  const gains = new Map<number, { likelihood: number[]; rank: number[] }>();
  for (const half of [0, 1]) {
    const other = cases.filter(({ shopper }) => shopper % 2 !== half);
    const fitBy = async (weights: readonly number[]): Promise<number[]> => {
      const factors = await fitted(other, weights, stepped);
      return weights.map((weight, n) => weight * factors[n]);
    };
    const [best, bare] = [await fitBy(start), await fitBy(without)];
    for (const one of cases.filter(({ shopper }) => shopper % 2 === half)) {
      const unused = new Float64Array(WIDTH);
      const [after, before] = [best, bare].map((weights) => addGradient(unused, one, weights));
      const { likelihood, rank } = gains.get(one.shopper) ?? { likelihood: [], rank: [] };
      likelihood.push(before.surprise - after.surprise);
      rank.push(Math.log(after.rank / before.rank));
      gains.set(one.shopper, { likelihood, rank });
    }
  }
  const meansOf = (part: 'likelihood' | 'rank') => [...gains.values()].map((own) => estimate(own[part]).mean);
  const { mean: likelihood, se: error } = estimate(meansOf('likelihood'));
  return { likelihood, error, rank: estimate(meansOf('rank')).mean };
}

/**
 * Adds the gradient of a choice's log-likelihood in the weights.
 * @returns `surprise`: minus its log-likelihood, nats; `rank`: of its item among all
 */
function addGradient(gradient: Float64Array, { values, stands }: Case, weights: readonly number[]) {
  const scores = new Float64Array(stands.length);
  let top = Number.NEGATIVE_INFINITY;
  for (let n = 0; n < scores.length; n++) {
    for (let t = 0; t < WIDTH; t++) scores[n] += weights[t] * values[n * WIDTH + t];
    top = Math.max(top, scores[n] + stands[n]);
  }
  const own = scores[0];
  let [total, rank] = [0, 1];
  for (let n = 0; n < scores.length; n++) {
    if (scores[n] > own) rank += Math.exp(stands[n]);
    scores[n] = Math.exp(scores[n] + stands[n] - top);
    total += scores[n];
  }
  for (let n = 0; n < scores.length; n++) {
    const share = (n === 0 ? 1 : 0) - scores[n] / total;
    for (let t = 0; t < WIDTH; t++) gradient[t] += share * values[n * WIDTH + t];
  }
  return { surprise: top + Math.log(total) - own, rank };
}
