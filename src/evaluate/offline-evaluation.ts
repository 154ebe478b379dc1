import { companionship } from '../ranking';
import type { RankCase } from '../training';
import type { RankedWindow } from './cold-start-quality';
import { choiceWeights } from './offline-choice';
import type { PooledPast } from './offline-history';
import type { WindowModel } from './offline-model';
import {
  contentTerms,
  type ItemVectors,
  type PooledTerm,
  type PooledValues,
  type PooledWeights,
} from './offline-terms';
import type { Quality } from './quality';

/** A method under test: a weighted sum of terms. */
export interface PooledMethod {
  name: string;
  /** Weights of its terms, as long as none were fitted. */
  weights: PooledWeights;
  /** Whether the weights are fitted to what was ranked before. */
  fitted: boolean;
  /** Vectors that its content terms compare. */
  content: ItemVectors;
  /** Trained window after window. */
  model?: WindowModel;
  /** The score of its model without the other terms; needs `model`. */
  alone?: PooledWeights;
}

/** Results of a method, one per reported window. */
export interface PooledRun {
  name: string;
  units: Quality[];
  /** By its model's score alone; empty without `alone`. */
  alone: Quality[];
  /** By the last model's score alone, on the first reported windows again. */
  retention: Quality[];
  /** Two of the three ways are empty without `alone`. */
  ranked: RankedWindow[];
  /** Numbers that the model consists of after each window that was learned; empty without one. */
  parameters: number[];
}

/** A method on its way through the log. */
export interface Candidate {
  method: PooledMethod;
  run: PooledRun;
  /** As they stand for the next window. */
  weights: PooledWeights;
}

/** Choices to be ranked, with what is known before any of them. */
export interface Exam {
  cases: readonly RankCase[];
  past: PooledPast;
  /** Terms that are the same for every user. */
  terms: PooledValues;
  /** Items in the catalogue. */
  count: number;
}

/** A choice and the terms that one method ranks it by. */
export interface Sample {
  entry: RankCase;
  values: PooledValues;
}

/** Choices that weights are fitted to, at most. */
const FITTED_CASES = 300;
/** Pull of the fitted weights towards those of the window before, in choices. */
const RIDGE = 10;
/** Choices ranked at once: bounds the memory of their scores. */
export const CHUNK = 64;

/** Distance of the choices in the sample that weights are fitted to. */
const fittedStep = (cases: readonly RankCase[]): number => Math.max(1, Math.ceil(cases.length / FITTED_CASES));

/** The even sample of choices that weights are fitted to. */
export function fittedCases(cases: readonly RankCase[]): RankCase[] {
  const step = fittedStep(cases);
  return cases.filter((_, index) => index % step === 0);
}

/**
 * Computes the terms of every choice, once for all methods that share them.
 * @param onCase called for each choice and method (by its index), with values that are valid until it returns
 * @returns for each method the terms of the choices that its weights are fitted to, kept
 */
export async function sitExam(
  methods: readonly PooledMethod[],
  { cases, past, terms, count }: Exam,
  onCase: (method: number, entry: RankCase, values: PooledValues) => void,
): Promise<Sample[][]> {
  const kept: Sample[][] = methods.map(() => []);
  const step = fittedStep(cases);
  const uses = (method: PooledMethod, ...names: PooledTerm[]): boolean => names.some((name) => name in method.weights);
  const table = methods.some((method) => uses(method, 'companions')) ? past.companions.table() : null;
  for (let start = 0; start < cases.length; start += CHUNK) {
    const part = cases.slice(start, start + CHUNK);
    const shared = new Map<ItemVectors, PooledValues[]>();
    for (const method of methods) {
      if (shared.has(method.content) || !uses(method, 'recent', 'session')) continue;
      shared.set(method.content, await contentTerms(method.content, part));
    }
    const companions = table ? part.map(({ history }) => companionship(table, history, count)) : [];
    for (const [at, method] of methods.entries()) {
      const own = (await method.model?.terms(part)) ?? [];
      const content = shared.get(method.content) ?? [];
      for (const [index, entry] of part.entries()) {
        const passing = { ...content[index], ...own[index] };
        const lasting = { ...terms, companions: companions[index] };
        onCase(at, entry, { ...lasting, ...passing });
        if (method.fitted && (start + index) % step === 0) {
          kept[at].push({ entry, values: { ...lasting, ...copies(passing) } });
        }
      }
    }
  }
  return kept;
}

/** Out of the matrices they are rows of, which can go then. */
const copies = (values: PooledValues): PooledValues =>
  Object.fromEntries(Object.entries(values).map(([name, term]) => [name, term?.slice()]));

/** Weights that make the sampled choices likely, near those that the method had; its own where nothing is fitted. */
export function fittedWeights(
  { method, weights }: Candidate,
  samples: readonly Sample[],
  count: number,
): PooledWeights {
  if (!method.fitted || samples.length === 0) return weights;
  const names = Object.keys(weights) as PooledTerm[];
  const nothing = new Float32Array(count);
  const choices = samples.map(({ values, entry: { history, target } }) => ({
    terms: names.map((name) => values[name] ?? nothing),
    target,
    excluded: history,
  }));
  const start = names.map((name) => weights[name] ?? 0);
  const fitted = choiceWeights(choices, start, RIDGE);
  return Object.fromEntries(names.map((name, k) => [name, fitted[k]]));
}
