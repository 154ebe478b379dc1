import { SidestreamError } from '../error';
import { cooccurrence, rankOf } from '../ranking';
import { cutWindows, type Interaction, type RankCase } from '../training';
import type { RankedWindow } from './cold-start-quality';
import { choiceWeights } from './offline-choice';
import { OfflineHistory } from './offline-history';
import type { WindowModel } from './offline-model';
import {
  contentTerms,
  type ItemVectors,
  itemTerms,
  type OfflineTerm,
  type OfflineValues,
  type OfflineWeights,
  offlineScore,
} from './offline-terms';
import { type Quality, QualityMeter } from './quality';

/** Windows from the first to the last, counted from 1. */
export interface WindowRange {
  /** 2 or more: the first window has no past to be ranked by. */
  first: number;
  last: number;
}

export interface OfflineProtocol {
  /** Sorted by time. */
  interactions: readonly Interaction[];
  /** Items in the catalogue. */
  count: number;
  methods: readonly OfflineMethod[];
  /** Windows of equal counts. Default 10. */
  windows?: number;
  /**
   * The windows that are ranked and reported. Those before them are learned, and weights fitted to a sample of their
   * choices; those after them are not read. Default: all but the first.
   */
  reported?: WindowRange;
  /** Ranks every n-th choice. Default 1. */
  every?: number;
  /** Called after each epoch of a method's training. */
  onEpoch?(): void;
  /** Called after a method's training, with its number of epochs and their limit. */
  onLearned?(epochs: number, most: number): void;
  /** Called when a method has ranked a window; windows from 1. */
  onRanked?(window: number, method: string, quality: Quality): void;
}

/** Last share of a window that its training is validated on. */
const VALIDATION = 0.1;
/** Choices ranked after each epoch, at most. */
const VALIDATION_CASES = 330;
/** The model's score without popularity. */
const CONTENT: OfflineWeights = { model: 1 };
/** Weight that puts every new item before the old ones. */
const FIRST = 1e4;
/** The first reported windows, which the last model ranks again. */
const EARLY_WINDOWS = 3;

/**
 * The pooled protocol: a log is cut by count into windows; each method learns window t and ranks the choices of window
 * t + 1 among all items that the user has not chosen yet, in any window. The history is all that the user chose before;
 * choices of users without one are left out.
 *
 * Models learn from the choices of window t, each user's after up to L earlier ones as context; the transitions within
 * that context are learned again with them. All else that models keep of older windows is in their weights. Counts
 * (popularity, co-occurrence) go on over all windows. Once a window is ranked it belongs to the past, and a sample of its
 * choices, with the scores they were ranked by, fits the weights of the terms for the next one; the last tenth of the
 * first window fits those for the second.
 * @returns one run per method, in their order; one unit per reported window
 * @throws SidestreamError `runtime/invalid-input` when the log does not have the windows to report
 */
export async function evaluateOffline(protocol: OfflineProtocol): Promise<OfflineRun[]> {
  const { interactions, count, methods, windows = 10, every = 1 } = protocol;
  const parts = cutWindows(interactions, windows);
  const { first, last } = reportedWindows(protocol, parts.length);
  const candidates = methods.map(candidateOf);
  const past = new OfflineHistory(count);
  const early: EvaluationWindow[] = [];
  try {
    for (let window = 1; window < last; window++) {
      const tail = await learnWindow(protocol, candidates, past, parts[window - 1]);
      if (window === 1) {
        const evaluation = { cases: tail.cases, past, terms: itemTerms(past), count };
        await fitWeights(candidates, evaluation, () => {});
      }
      past.learn(tail.interactions);
      const next = parts[window];
      const cases = past.cases(next).filter((_, index) => index % every === 0);
      const evaluation = { cases, past, terms: itemTerms(past), count };
      if (window + 1 < first) {
        await fitWeights(candidates, { ...evaluation, cases: fittedCases(cases) }, () => {});
        continue;
      }
      await rankWindow(candidates, evaluation, countsOf(next, count));
      for (const { run } of candidates) protocol.onRanked?.(window + 1, run.name, run.units[window + 1 - first]);
      if (early.length < EARLY_WINDOWS) early.push(evaluation);
    }
    for (const evaluation of early) await rankAgain(candidates, evaluation);
  } finally {
    for (const { model } of methods) model?.dispose();
  }
  return candidates.map(({ run }) => run);
}

function reportedWindows({ reported }: OfflineProtocol, windows: number): WindowRange {
  const { first, last } = reported ?? { first: 2, last: windows };
  if (first >= 2 && first <= last && last <= windows) return { first, last };
  throw new SidestreamError(
    'runtime/invalid-input',
    `The windows ${first} to ${last} cannot be reported: of the ${windows} of this log those from 2 on are ranked. Give a longer log, or other windows.`,
  );
}

const candidateOf = (method: OfflineMethod): MethodState => ({
  method,
  run: { name: method.name, units: [], alone: [], retention: [], ranked: [], parameters: [] },
  weights: method.weights,
});

/** Trains the models on a window and adds all but its last choices to the past. @returns these last choices */
async function learnWindow(
  { onEpoch, onLearned }: OfflineProtocol,
  candidates: readonly MethodState[],
  past: OfflineHistory,
  interactions: readonly Interaction[],
): Promise<{ interactions: Interaction[]; cases: RankCase[] }> {
  past.age();
  const cut = Math.round(interactions.length * (1 - VALIDATION));
  const [training, tail] = [interactions.slice(0, cut), interactions.slice(cut)];
  const context = Math.max(0, ...candidates.map(({ method }) => method.model?.context ?? 0));
  const sequences = past.sequences(training, context);
  past.learn(training);
  const cases = past.cases(tail);
  const step = Math.max(1, Math.ceil(cases.length / VALIDATION_CASES));
  const validation = cases.filter((_, index) => index % step === 0);
  for (const { method, run } of candidates) {
    const { model } = method;
    if (!model) continue;
    onLearned?.(await model.learn({ sequences, validation, popularity: past.recent }, onEpoch), model.epochs);
    run.parameters.push(model.parameters);
  }
  return { interactions: tail, cases };
}

/** Ranks the choices of a window by every method, then fits the weights to them. @param chosen choices of each item in it */
async function rankWindow(
  candidates: readonly MethodState[],
  evaluation: EvaluationWindow,
  chosen: Float32Array,
): Promise<void> {
  const { past, count } = evaluation;
  const meters = candidates.map(() => ({ whole: new QualityMeter(), alone: new QualityMeter() }));
  for (const { run } of candidates) run.ranked.push({ whole: [], content: [], newFirst: [] });
  await fitWeights(candidates, evaluation, (index, { target, history }, values) => {
    const { method, run, weights } = candidates[index];
    const rankBy = (by: OfflineWeights): number => rankOf(offlineScore(values, by, count), target, history);
    const ranked = run.ranked[run.ranked.length - 1];
    const about = { isNew: past.choices[target] === 0, chosen: chosen[target] };
    const rank = rankBy(weights);
    meters[index].whole.add(rank);
    ranked.whole.push({ ...about, rank });
    if (!method.alone) return;
    meters[index].alone.add(rankBy(method.alone));
    ranked.content.push({ ...about, rank: rankBy(CONTENT) });
    ranked.newFirst.push({ ...about, rank: about.isNew ? rankBy({ ...weights, coldStart: FIRST }) : rank });
  });
  for (const [index, { method, run }] of candidates.entries()) {
    run.units.push(meters[index].whole.quality);
    if (method.alone) run.alone.push(meters[index].alone.quality);
  }
}

async function fitWeights(
  candidates: readonly MethodState[],
  evaluation: EvaluationWindow,
  onCase: Parameters<typeof evaluateWindow>[2],
): Promise<void> {
  const methods = candidates.map(({ method }) => method);
  const samples = await evaluateWindow(methods, evaluation, onCase);
  for (const [index, candidate] of candidates.entries()) {
    candidate.weights = fittedWeights(candidate, samples[index], evaluation.count);
  }
}

/** Ranks the choices of early windows by the last models, with the popularity of that time. */
async function rankAgain(candidates: readonly MethodState[], { cases, terms, count }: EvaluationWindow): Promise<void> {
  for (const { method, run } of candidates) {
    if (!method.model || !method.alone) continue;
    const meter = new QualityMeter();
    for (let start = 0; start < cases.length; start += CHUNK) {
      const part = cases.slice(start, start + CHUNK);
      const values = await method.model.terms(part);
      for (const [index, { target, history }] of part.entries()) {
        meter.add(rankOf(offlineScore({ ...terms, ...values[index] }, method.alone, count), target, history));
      }
    }
    run.retention.push(meter.quality);
  }
}

function countsOf(interactions: readonly Interaction[], count: number): Float32Array {
  const counts = new Float32Array(count);
  for (const { row } of interactions) counts[row]++;
  return counts;
}

/** A method under test: a weighted sum of terms. */
export interface OfflineMethod {
  name: string;
  /** Weights of its terms before any were fitted. */
  weights: OfflineWeights;
  /** Whether the weights are fitted to the choices ranked before. */
  fitted: boolean;
  /** Vectors that its content terms compare. */
  content: ItemVectors;
  /** Trained window after window. */
  model?: WindowModel;
  /** The score of its model without the other terms; needs `model`. */
  alone?: OfflineWeights;
}

/** Results of a method, one per reported window. */
export interface OfflineRun {
  name: string;
  units: Quality[];
  /** By its model's score alone; empty without `alone`. */
  alone: Quality[];
  /** By the last model's score alone, on the first reported windows again. */
  retention: Quality[];
  /** Two of the three rankings are empty without `alone`. */
  ranked: RankedWindow[];
  /** Parameters of the model after each window; empty without a model. */
  parameters: number[];
}

/** State of a method while the log is evaluated. */
interface MethodState {
  method: OfflineMethod;
  run: OfflineRun;
  /** Weights for the next window. */
  weights: OfflineWeights;
}

/** Choices to rank, with the history before them. */
interface EvaluationWindow {
  cases: readonly RankCase[];
  past: OfflineHistory;
  /** Terms that are the same for every user. */
  terms: OfflineValues;
  /** Items in the catalogue. */
  count: number;
}

/** A choice and the terms that one method ranks it by. */
interface SampledChoice {
  entry: RankCase;
  values: OfflineValues;
}

/** Choices that weights are fitted to, at most. */
const FITTED_CASES = 300;
/** Pull of the fitted weights towards those of the window before, in choices. */
const RIDGE = 10;
/** Choices ranked at once: bounds the memory of their scores. */
const CHUNK = 64;

/** Distance of the choices in the sample that weights are fitted to. */
const fittedStep = (cases: readonly RankCase[]): number => Math.max(1, Math.ceil(cases.length / FITTED_CASES));

/** The even sample of choices that weights are fitted to. */
function fittedCases(cases: readonly RankCase[]): RankCase[] {
  const step = fittedStep(cases);
  return cases.filter((_, index) => index % step === 0);
}

/**
 * Computes the terms of every choice, once for all methods that share them.
 * @param onCase called for each choice and method (by its index), with values that are valid until it returns
 * @returns for each method the terms of the choices that its weights are fitted to, kept
 */
async function evaluateWindow(
  methods: readonly OfflineMethod[],
  { cases, past, terms, count }: EvaluationWindow,
  onCase: (method: number, entry: RankCase, values: OfflineValues) => void,
): Promise<SampledChoice[][]> {
  const kept: SampledChoice[][] = methods.map(() => []);
  const step = fittedStep(cases);
  const uses = (method: OfflineMethod, ...names: OfflineTerm[]): boolean =>
    names.some((name) => name in method.weights);
  const table = methods.some((method) => uses(method, 'cooccurrence')) ? past.cooccurrence.table() : null;
  for (let start = 0; start < cases.length; start += CHUNK) {
    const part = cases.slice(start, start + CHUNK);
    const shared = new Map<ItemVectors, OfflineValues[]>();
    for (const method of methods) {
      if (shared.has(method.content) || !uses(method, 'recent', 'session')) continue;
      shared.set(method.content, await contentTerms(method.content, part));
    }
    const lifts = table ? part.map(({ history }) => cooccurrence(table, history, count)) : [];
    for (const [at, method] of methods.entries()) {
      const own = (await method.model?.terms(part)) ?? [];
      const content = shared.get(method.content) ?? [];
      for (const [index, entry] of part.entries()) {
        const passing = { ...content[index], ...own[index] };
        const lasting = { ...terms, cooccurrence: lifts[index] };
        onCase(at, entry, { ...lasting, ...passing });
        if (method.fitted && (start + index) % step === 0) {
          kept[at].push({ entry, values: { ...lasting, ...copies(passing) } });
        }
      }
    }
  }
  return kept;
}

/** Copies the values, so that the matrices whose rows they are can be freed. */
const copies = (values: OfflineValues): OfflineValues =>
  Object.fromEntries(Object.entries(values).map(([name, term]) => [name, term?.slice()]));

/** Weights that make the sampled choices likely, near the method's previous ones; the previous ones where nothing is fitted. */
function fittedWeights(
  { method, weights }: MethodState,
  samples: readonly SampledChoice[],
  count: number,
): OfflineWeights {
  if (!method.fitted || samples.length === 0) return weights;
  const names = Object.keys(weights) as OfflineTerm[];
  const zeros = new Float32Array(count);
  const choices = samples.map(({ values, entry: { history, target } }) => ({
    terms: names.map((name) => values[name] ?? zeros),
    target,
    excluded: history,
  }));
  const start = names.map((name) => weights[name] ?? 0);
  const fitted = choiceWeights(choices, start, RIDGE);
  return Object.fromEntries(names.map((name, k) => [name, fitted[k]]));
}
