import type { Bundle } from '../../../../src/core/catalog';
import { evenly } from '../../../../src/core/common/evenly';
import { rankOf } from '../../../../src/device/ranking';
import type { Meter } from '../../../shop/pipeline';
import { meanQuality, qualityOf } from '../quality';
import type { ChoiceCase, ChoiceHistory, LeaveOneOutSplit } from './split';

/** Settings by name; null if a setting is "none", such as choices that do not fade. */
export type MethodSettings = Readonly<Record<string, number | null>>;

/** The inputs of a method, without the choices of the test. */
export interface LeaveOneOutShop extends Omit<LeaveOneOutSplit, 'test'> {
  bundle: Bundle;
  /** Items in the catalogue. */
  count: number;
  seed: number;
  meter: Meter;
  /** Reports a line that is not a result. */
  say(line: string): void;
}

/** Scores of all items after a history, valid until the next call. */
export type Scores = (history: ChoiceHistory) => Float32Array;

/** A method that has learned from the choices of all users. */
export interface Ranker {
  /** Settings as chosen on the validation. */
  settings: MethodSettings;
  /** NDCG@10 on the validation with these settings; absent if there was nothing to choose. */
  validation?: number;
  scores: Scores;
}

/**
 * Builds a method: chooses its settings by its ranking of `validation` after learning from `training`, then learns from `whole`
 * with them.
 */
export type LeaveOneOutMethod = (shop: LeaveOneOutShop) => Ranker | Promise<Ranker>;

/** Adds the scores of all items after a history to `out`. */
export type AddScores = (history: ChoiceHistory, out: Float32Array) => void;

/** Ranks of the targets among all items except those of their histories. */
export const ranksOf = (scores: Scores, cases: readonly ChoiceCase[]): number[] =>
  cases.map(({ history, target }) => rankOf(scores(history), target, history.rows));

/** NDCG@10 over cases, each counting alike. */
export const ndcgOf = (scores: Scores, cases: readonly ChoiceCase[]): number =>
  meanQuality([qualityOf(ranksOf(scores, cases))], ({ ndcg10 }) => ndcg10);

/**
 * Scores from a method's contributions for one history. Items without a contribution, and items with equal scores, are ranked by
 * popularity, which adds less than a millionth.
 */
export function withPopularity(add: AddScores, popularity: Float32Array): Scores {
  const start = belowScores(popularity);
  const scores = new Float32Array(popularity.length);
  return (history) => {
    scores.set(start);
    add(history, scores);
    return scores;
  };
}

/** Less than a millionth for each item, by its popularity: ranks items with equal scores. */
export function belowScores(popularity: Float32Array): Float32Array {
  const most = popularity.reduce((max, value) => Math.max(max, value), 1);
  return popularity.map((value) => (1e-6 * value) / most);
}

/** Choices of each item. */
export function popularityOf(histories: readonly ChoiceHistory[], count: number): Float32Array {
  const popularity = new Float32Array(count);
  for (const { rows } of histories) for (const row of rows) popularity[row]++;
  return popularity;
}

/** Weights of the choices of a history, the last one 1. @param halfLife in choices; null: all count alike */
export function fading(length: number, halfLife: number | null): Float64Array {
  const step = halfLife === null ? 1 : 2 ** (-1 / halfLife);
  return Float64Array.from({ length }, (_, n) => step ** (length - 1 - n));
}

/** Half-lives to try, in choices. */
export const HALF_LIVES = [0.5, 1, 2, 4, 8, 16, null];

/** Maximum number of validation choices on which settings are compared. */
const MAX_TUNING_CASES = 4000;

/** A method whose settings come from a grid. */
export interface TunedMethod<Fit extends MethodSettings, Use extends MethodSettings> {
  name: string;
  /** Settings for learning. */
  fits: readonly Fit[];
  /** Settings that affect only the scores, tried with each of the other settings. */
  uses: readonly Use[];
  /** Settings if there is nothing to choose or to judge by. Default: the first of both kinds */
  usual?: Fit & Use;
  /** Learns from the choices of all users. @returns its scores by settings of the second kind */
  fit(
    histories: readonly ChoiceHistory[],
    fit: Fit,
    shop: Pick<LeaveOneOutShop, 'count' | 'say'>,
  ): (use: Use) => AddScores;
}

/** Every combination of some values, by name. */
export function gridOf<T extends MethodSettings>(values: { readonly [Name in keyof T]: readonly T[Name][] }): T[];
export function gridOf(values: Readonly<Record<string, readonly (number | null)[]>>): MethodSettings[] {
  return Object.entries(values).reduce<MethodSettings[]>(
    (all, [name, own]) => all.flatMap((settings) => own.map((value) => ({ ...settings, [name]: value }))),
    [{}],
  );
}

/**
 * Tries all settings of a method; the first wins ties.
 * @param judge NDCG@10 of the scores by some settings, on choices from which the method has not learned; null without such choices
 * @returns also that of the chosen settings, unless nothing was judged
 */
export function chosenSettings<Fit extends MethodSettings, Use extends MethodSettings>(
  { name, fits, uses, usual = { ...fits[0], ...uses[0] }, fit: learn }: TunedMethod<Fit, Use>,
  histories: readonly ChoiceHistory[],
  shop: Pick<LeaveOneOutShop, 'count' | 'say' | 'meter'>,
  judge: ((add: AddScores) => number) | null,
): { settings: Fit & Use; ndcg10?: number } {
  let best: { settings: Fit & Use; ndcg10?: number } = { settings: usual };
  if (!judge || fits.length * uses.length === 1) return best;
  shop.meter.start(`Settings of ${name}`, fits.length * uses.length);
  for (const fit of fits) {
    const scoresBy = learn(histories, fit, shop);
    for (const use of uses) {
      const ndcg10 = judge(scoresBy(use));
      if (ndcg10 > (best.ndcg10 ?? Number.NEGATIVE_INFINITY)) best = { settings: { ...fit, ...use }, ndcg10 };
      shop.meter.advance(1);
    }
  }
  shop.meter.stop();
  return best;
}

/** Chooses the settings on the validation. */
export const tuned =
  <Fit extends MethodSettings, Use extends MethodSettings>(method: TunedMethod<Fit, Use>) =>
  (shop: LeaveOneOutShop): Ranker => {
    const { training, validation, whole, count } = shop;
    const cases = evenly(validation, MAX_TUNING_CASES);
    const popularity = popularityOf(training, count);
    const judge = (add: AddScores): number => ndcgOf(withPopularity(add, popularity), cases);
    const { settings, ndcg10 } = chosenSettings(method, training, shop, cases.length > 0 ? judge : null);
    return {
      settings,
      ...(ndcg10 === undefined ? {} : { validation: ndcg10 }),
      scores: withPopularity(method.fit(whole, settings, shop)(settings), popularityOf(whole, count)),
    };
  };
