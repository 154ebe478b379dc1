import { seededRandom } from '../../core/model';
import { type FittedWeights, Learner, type LearnerCatalog, START_WITH_SIDE } from '../../device/learner';
import {
  FREQUENCY_WEIGHT,
  frequencies,
  frequencyTerm,
  TERMS,
  type TermName,
  type TermValues,
} from '../../device/ranking';
import { basketEnd, type Interaction } from './interactions';

/**
 * Terms whose start weights are fitted. The lift of new items and dislikes are excluded: they do not depend on the choices of a
 * log.
 */
const FITTED: readonly TermName[] = TERMS.filter(
  (name) => !['coldStart', 'disliked'].includes(name) && START_WITH_SIDE.weights[name] > 0,
);

/** Maximum number of cases per shopper and in total, and number of items with which each is compared. */
const MAX_CHOICES = 110;
const MAX_CASES = 2000;
const SAMPLE = 300;
/** Minimum number of cases. */
const MIN_CASES = 200;
/** Maximum factor of a default weight, and the cost, nats, of the square of its log, below 1 of its distance from 1. */
const MAX_FACTOR = 8;
const PRIOR = 0.02;
/** Steps of the fit, and the rate of the first, which falls to 0. */
const [STEPS, RATE] = [100, 0.15];

type Choice = Pick<Interaction, 'row' | 'time'>;

interface Case {
  /** Values of the fitted terms for the item of a choice, then for the items with which it is compared. */
  values: Float32Array;
  /** Number of the shopper who chose. */
  shopper: number;
}

/** A line of an order, which may repeat an earlier one. */
interface RepeatCase extends Pick<Case, 'values'> {
  /** Frequency term of each item. */
  frequency: Float32Array;
  /** Log of the number of items that each stands for. */
  stands: Float32Array;
}

/** Minimum number of repeats from which the weight of the frequency is fitted. */
const MIN_REPEATS = 100;

/** Start weights as stored; `weights.repeats` is the weight of the frequency term in lists that may repeat. */
export interface ShopWeights extends FittedWeights {
  weights: Record<string, number>;
}

/** Cases of the two situations, and of lines that may repeat. */
interface Cases {
  within: Case[];
  opening: Case[];
  repeats: RepeatCase[];
}

/**
 * Start weights of the terms for a shop with a side model: the default weights times the factors under which the choices of some
 * shoppers are most probable, each before it is learned. The first choices of visits have their own: what shoppers just looked
 * at says much about the next choice of a visit, or the next line of an order, and little about the next visit. The lines of an
 * order are then ranked before any of them is learned. A factor may be 0: the part is off. The experts are on only if they pay
 * for shoppers to whom nothing was fitted, and, for first choices, if they are on within visits. These shoppers must not be among
 * those used to learn the model and the counts. Null if there are too few choices.
 * @param from time from which choices are ranked, milliseconds since the epoch: popularity counts recent choices most. Default: all
 */
export function fitStartWeights(
  catalog: LearnerCatalog,
  streams: readonly (readonly Choice[])[],
  seed: number,
  from = Number.NEGATIVE_INFINITY,
  say: (line: string) => void = () => {},
): ShopWeights | null {
  const random = seededRandom(seed);
  const cases: Cases = { within: [], opening: [], repeats: [] };
  const perShopper = Math.max(5, Math.ceil(MAX_CASES / Math.max(1, streams.length)));
  for (const [shopper, stream] of streams.entries())
    addCases(cases, catalog, stream, { shopper, limit: perShopper, from, random });
  const start = FITTED.map((name) => START_WITH_SIDE.weights[name]);
  // The values of the read-outs already contain their weight.
  const first = FITTED.map((name, n) => (name === 'preference' ? 1 : start[n]));
  const experts = FITTED.indexOf('preference');
  const fittedTo = (own: readonly Case[], where: string, usual?: Float64Array | null): Float64Array | null => {
    if (own.length < MIN_CASES) return null;
    const without = first.with(experts, 0);
    const { gain, error } = gainOf(own, first, without);
    const on = gain > error && usual?.[experts] !== 0;
    say(`Experts ${where}: ${on ? 'on' : 'off'}; log-likelihood of a choice ${gain.toFixed(3)} ± ${error.toFixed(3)}`);
    return on ? fitted(own, first) : fitted(own, without).with(experts, 0);
  };
  const usual = fittedTo(cases.within, 'within a visit');
  const opening = fittedTo(cases.opening, 'for the first choice of a visit', usual);
  const within = usual ?? opening;
  if (within === null) return null;
  const named = (factors: Float64Array): Record<string, number> =>
    Object.fromEntries(FITTED.map((name, n) => [name, rounded(start[n] * factors[n])]));
  const before = opening ?? within;
  const scoring = first.map((weight, n) => weight * before[n]);
  const frequency = fittedFrequency(cases.repeats, scoring);
  return {
    weights: { ...named(within), ...(frequency === null ? {} : { repeats: rounded(frequency) }) },
    ...(opening && opening !== within ? { opening: named(opening) } : {}),
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
  const late = stream.findIndex(({ time }) => time >= from);
  const ranked = Math.max(0, late);
  const choices = stream.slice(0, ranked + MAX_CHOICES);
  const times = choices.map(({ time }) => time);
  const every = Math.max(1, Math.floor((choices.length - ranked) / limit));
  let openings = 0;
  const caseFor = (row: number, known: ReadonlySet<number>): Case => ({
    values: valuesOf(learner.terms, [row, ...sampled(items.length, known, random)]),
    shopper,
  });
  for (let start = 0, end = 0; start < choices.length; start = end) {
    end = basketEnd(times, start);
    const time = times[start];
    const rows = [...new Set(choices.slice(start, end).map(({ row }) => row))];
    const isRanked = (n: number): boolean => start > 0 && time >= from && (start + n) % every === 0;
    const fresh = rows.filter((row) => !chosen.has(row));
    const known = new Set([...chosen, ...fresh]);
    const opens = start > 0 && learner.opensVisit(time);
    for (const [n, row] of rows.entries()) {
      if (opens && time >= from && openings < limit && fresh.includes(row)) {
        cases.opening.push(caseFor(row, known));
        openings++;
      }
      if (isRanked(n)) cases.repeats.push(repeatCase(learner.terms, row, new Set(rows), bought, random));
    }
    for (const row of rows) bought.set(row, [...(bought.get(row) ?? []), time]);
    for (let place = start; place < end; place++) {
      const { row } = choices[place];
      if (!chosen.has(row) && isRanked(place - start) && !(opens && place === start))
        cases.within.push(caseFor(row, new Set([...chosen, row])));
      chosen.add(row);
      learner.observe({ id: place + 1, type: 'click', itemId: items[row].id, time: times[place] });
    }
  }
}

/** Some rows other than these. */
function sampled(count: number, others: { has(row: number): boolean }, random: () => number): number[] {
  const rows: number[] = [];
  for (let tries = 0; rows.length < SAMPLE && tries < 4 * SAMPLE; tries++) {
    const row = Math.floor(random() * count);
    if (!others.has(row)) rows.push(row);
  }
  return rows;
}

/** @param order the lines of the same order, which are no candidates of each other @param bought times of each item before */
function repeatCase(
  terms: TermValues,
  row: number,
  order: ReadonlySet<number>,
  bought: ReadonlyMap<number, number[]>,
  random: () => number,
): RepeatCase {
  const count = terms.popularity.length;
  const known = [row, ...[...bought.keys()].filter((other) => !order.has(other))];
  const others = sampled(count, { has: (other) => order.has(other) || bought.has(other) }, random);
  const frequency = frequencies(bought);
  const rows = [...known, ...others];
  const share = Math.log(Math.max(1, (count - known.length) / Math.max(1, others.length)));
  return {
    values: valuesOf(terms, rows),
    frequency: Float32Array.from(rows, (other) => frequencyTerm(frequency.get(other) ?? 0)),
    stands: Float32Array.from(rows, (_, n) => (n < known.length ? 0 : share)),
  };
}

/** The weight of the frequency term under which the lines are most probable; null with too few repeats. */
function fittedFrequency(cases: readonly RepeatCase[], weights: readonly number[]): number | null {
  if (cases.filter(({ frequency }) => frequency[0] > 0).length < MIN_REPEATS) return null;
  const scored = cases.map(({ values, frequency, stands }) => {
    const score = (n: number): number =>
      weights.reduce((sum, own, t) => sum + own * values[n * weights.length + t], stands[n]);
    return { shopper: 0, values: Float32Array.from([...frequency].flatMap((value, n) => [score(n), value])) };
  });
  return FREQUENCY_WEIGHT * fitted(scored, [1, FREQUENCY_WEIGHT], [0])[1];
}

/** @param rows the item of the choice, then those with which it is compared */
function valuesOf(terms: TermValues, rows: readonly number[]): Float32Array {
  const values = new Float32Array(rows.length * FITTED.length);
  for (const [n, other] of rows.entries()) {
    for (const [t, name] of FITTED.entries()) values[n * FITTED.length + t] = terms[name][other];
  }
  return values;
}

/** Factors of the weights by Adam on the mean log-likelihood, with a prior towards 1. @param fixed terms that keep their weight */
function fitted(cases: readonly Case[], start: readonly number[], fixed: readonly number[] = []): Float64Array {
  const width = start.length;
  const factors = new Float64Array(width).fill(1);
  const first = new Float64Array(width);
  const second = new Float64Array(width);
  for (let step = 1; step <= STEPS; step++) {
    const weights = start.map((weight, t) => weight * factors[t]);
    const gradient = new Float64Array(width);
    for (const { values } of cases) addGradient(gradient, values, weights);
    for (let t = 0; t < width; t++) {
      if (fixed.includes(t)) continue;
      const factor = factors[t];
      const prior = factor > 1 ? Math.log(factor) / factor : factor - 1;
      const slope = (gradient[t] * start[t]) / cases.length - 2 * PRIOR * prior;
      first[t] = 0.9 * first[t] + 0.1 * slope;
      second[t] = 0.99 * second[t] + 0.01 * slope * slope;
      const unbiased = first[t] / (1 - 0.9 ** step);
      const size = Math.sqrt(second[t] / (1 - 0.99 ** step)) + 1e-8;
      factors[t] = Math.max(0, Math.min(MAX_FACTOR, factor + (RATE * (1 - step / STEPS) * unbiased) / size));
    }
  }
  return factors;
}

/**
 * By how much a part raises the log-likelihood of a choice if the weights are fitted to the other half of the shoppers, nats, and its
 * standard error.
 * @param start default weights @param without the same with 0 for the part
 */
function gainOf(cases: readonly Case[], start: readonly number[], without: readonly number[]) {
  const gains = new Map<number, number[]>();
  for (const half of [0, 1]) {
    const other = cases.filter(({ shopper }) => shopper % 2 !== half);
    const [best, bare] = [start, without].map((weights) => {
      const factors = fitted(other, weights);
      return weights.map((weight, n) => weight * factors[n]);
    });
    for (const { shopper, values } of cases) {
      if (shopper % 2 !== half) continue;
      const unused = new Float64Array(start.length);
      const gain = addGradient(unused, values, bare) - addGradient(unused, values, best);
      gains.set(shopper, [...(gains.get(shopper) ?? []), gain]);
    }
  }
  const means = [...gains.values()].map((own) => own.reduce((a, b) => a + b) / own.length);
  const gain = means.reduce((a, b) => a + b) / means.length;
  const squares = means.reduce((sum, value) => sum + (value - gain) ** 2, 0);
  return { gain, error: Math.sqrt(squares / (means.length * Math.max(1, means.length - 1))) };
}

/** Adds the gradient of a choice's log-likelihood in the weights. @returns minus its log-likelihood, nats */
function addGradient(gradient: Float64Array, values: Float32Array, weights: readonly number[]): number {
  const width = weights.length;
  const count = values.length / width;
  const scores = new Float64Array(count);
  let top = Number.NEGATIVE_INFINITY;
  for (let n = 0; n < count; n++) {
    let score = 0;
    for (let t = 0; t < width; t++) score += weights[t] * values[n * width + t];
    scores[n] = score;
    top = Math.max(top, score);
  }
  const own = scores[0];
  let total = 0;
  for (let n = 0; n < count; n++) {
    scores[n] = Math.exp(scores[n] - top);
    total += scores[n];
  }
  for (let n = 0; n < count; n++) {
    const share = (n === 0 ? 1 : 0) - scores[n] / total;
    for (let t = 0; t < width; t++) gradient[t] += share * values[n * width + t];
  }
  return top + Math.log(total) - own;
}
