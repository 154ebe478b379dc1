import { seededRandom } from '../../core/model';
import { Learner, type LearnerCatalog, START_WITH_SIDE } from '../../device/learner';
import { frequencies, frequencyTerm, TERMS, type TermName, type TermValues } from '../../device/ranking';
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
/** How far a weight may be from the default, as the log of a factor, and the cost of its square, nats. */
const MAX_THETA = Math.log(8);
const PRIOR = 0.02;
const STEPS = 150;

type Choice = Pick<Interaction, 'row' | 'time'>;

/** A choice: the values of the fitted terms for its item, then for the items with which it is compared. */
type Case = Float32Array;

/** A line of an order, which may repeat an earlier one: its item, then the items with which it is compared. */
interface RepeatCase {
  values: Case;
  /** Frequency term of each item. */
  frequency: Float32Array;
  /** Log of the number of items that each stands for. */
  stands: Float32Array;
}
/** Minimum number of repeats from which the weight of the frequency is fitted, its bound, and the steps of its fit. */
const [MIN_REPEATS, MAX_FREQUENCY_WEIGHT, NEWTON_STEPS] = [100, 20, 12];

/**
 * Start weights of the terms for a shop with a side model: the default weights times the factors under which the choices of some
 * shoppers are most probable, each before it is learned, the lines of an order before any of them is. These shoppers must not be
 * among those used to learn the model and the counts. With enough repeats, `repeats` is the weight of the frequency term in lists
 * that may repeat. Null if there are too few choices.
 */
export function fitStartWeights(
  catalog: LearnerCatalog,
  streams: readonly (readonly Choice[])[],
  seed: number,
): Partial<Record<TermName | 'repeats', number>> | null {
  const random = seededRandom(seed);
  const cases: Case[] = [];
  const repeats: RepeatCase[] = [];
  const perShopper = Math.max(5, Math.ceil(MAX_CASES / Math.max(1, streams.length)));
  for (const stream of streams) {
    const found = casesOf(catalog, stream, perShopper, random);
    cases.push(...found.cases);
    repeats.push(...found.repeats);
  }
  if (cases.length < 200) return null;
  const start = FITTED.map((name) => START_WITH_SIDE.weights[name]);
  // The values of the read-outs already contain their weight.
  const first = FITTED.map((name, n) => (name === 'preference' ? 1 : start[n]));
  const theta = fitted(cases, first);
  const rounded = (value: number): number => Number(value.toPrecision(3));
  const frequency = fittedFrequency(
    repeats,
    first.map((weight, n) => weight * Math.exp(theta[n])),
  );
  return {
    ...Object.fromEntries(FITTED.map((name, n) => [name, rounded(start[n] * Math.exp(theta[n]))])),
    ...(frequency === null ? {} : { repeats: rounded(frequency) }),
  };
}

/** Choices of one shopper, spread evenly over the stream. */
function casesOf(catalog: LearnerCatalog, stream: readonly Choice[], limit: number, random: () => number) {
  const { items } = catalog.index;
  const learner = new Learner({ ...catalog, startWeights: undefined });
  const chosen = new Set<number>();
  const cases: Case[] = [];
  const repeats: RepeatCase[] = [];
  const bought = new Map<number, number[]>();
  const choices = stream.slice(0, MAX_CHOICES);
  const times = choices.map(({ time }) => time);
  const every = Math.max(1, Math.floor(choices.length / limit));
  for (let start = 0, end = 0; start < choices.length; start = end) {
    end = basketEnd(times, start);
    const rows = [...new Set(choices.slice(start, end).map(({ row }) => row))];
    const fresh = rows.filter((row) => !chosen.has(row));
    for (const row of fresh) chosen.add(row);
    for (const [n, row] of fresh.entries())
      if (start > 0 && (start + n) % every === 0)
        cases.push(caseOf(learner.terms, [row, ...sampled(items.length, chosen, random)]));
    for (const [n, row] of rows.entries())
      if (start > 0 && (start + n) % every === 0)
        repeats.push(repeatCase(learner.terms, row, new Set(rows), bought, random));
    for (const row of rows) bought.set(row, [...(bought.get(row) ?? []), times[start]]);
    for (let place = start; place < end; place++) {
      const itemId = items[choices[place].row].id;
      learner.observe({ id: place + 1, type: 'click', itemId, time: times[place] });
    }
  }
  return { cases, repeats };
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
    values: caseOf(terms, rows),
    frequency: Float32Array.from(rows, (other) => frequencyTerm(frequency.get(other) ?? 0)),
    stands: Float32Array.from(rows, (_, n) => (n < known.length ? 0 : share)),
  };
}

/** The weight of the frequency term under which the lines are most probable, by Newton's method; null with too few repeats. */
function fittedFrequency(cases: readonly RepeatCase[], weights: readonly number[]): number | null {
  if (cases.filter(({ frequency }) => frequency[0] > 0).length < MIN_REPEATS) return null;
  let weight = 0;
  for (let step = 0; step < NEWTON_STEPS; step++) {
    let [slope, curvature] = [0, 1];
    for (const { values, frequency, stands } of cases) {
      const scores = Float64Array.from(frequency, (value, n) =>
        weights.reduce((sum, own, t) => sum + own * values[n * weights.length + t], weight * value + stands[n]),
      );
      const top = scores.reduce((a, b) => Math.max(a, b));
      const shares = scores.map((score) => Math.exp(score - top));
      const total = shares.reduce((a, b) => a + b);
      const mean = shares.reduce((sum, share, n) => sum + (share * frequency[n]) / total, 0);
      slope += frequency[0] - mean;
      curvature += shares.reduce((sum, share, n) => sum + (share * (frequency[n] - mean) ** 2) / total, 0);
    }
    weight = Math.max(0, Math.min(MAX_FREQUENCY_WEIGHT, weight + Math.max(-1, Math.min(1, slope / curvature))));
  }
  return weight;
}

/** @param rows the item of the choice, then those with which it is compared */
function caseOf(terms: TermValues, rows: readonly number[]): Case {
  const values = new Float32Array(rows.length * FITTED.length);
  for (const [n, other] of rows.entries()) {
    for (const [t, name] of FITTED.entries()) values[n * FITTED.length + t] = terms[name][other];
  }
  return values;
}

/** Adam on the mean log-likelihood, with a prior towards the default weights. */
function fitted(cases: readonly Case[], start: readonly number[]): Float64Array {
  const width = start.length;
  const theta = new Float64Array(width);
  const first = new Float64Array(width);
  const second = new Float64Array(width);
  for (let step = 1; step <= STEPS; step++) {
    const weights = start.map((weight, t) => weight * Math.exp(theta[t]));
    const gradient = new Float64Array(width);
    for (const values of cases) addGradient(gradient, values, weights);
    for (let t = 0; t < width; t++) {
      const slope = (gradient[t] * weights[t]) / cases.length - 2 * PRIOR * theta[t];
      first[t] = 0.9 * first[t] + 0.1 * slope;
      second[t] = 0.99 * second[t] + 0.01 * slope * slope;
      const unbiased = first[t] / (1 - 0.9 ** step);
      const size = Math.sqrt(second[t] / (1 - 0.99 ** step)) + 1e-8;
      theta[t] = Math.max(-MAX_THETA, Math.min(MAX_THETA, theta[t] + (0.05 * unbiased) / size));
    }
  }
  return theta;
}

function addGradient(gradient: Float64Array, values: Case, weights: readonly number[]): void {
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
  let total = 0;
  for (let n = 0; n < count; n++) {
    scores[n] = Math.exp(scores[n] - top);
    total += scores[n];
  }
  for (let n = 0; n < count; n++) {
    const share = (n === 0 ? 1 : 0) - scores[n] / total;
    for (let t = 0; t < width; t++) gradient[t] += share * values[n * width + t];
  }
}
