import { SidestreamError } from '../error';
import { rankOf } from '../ranking';
import { cutWindows, type Interaction, type RankCase } from '../training';
import {
  type Candidate,
  CHUNK,
  type Exam,
  fittedCases,
  fittedWeights,
  type PooledMethod,
  type PooledRun,
  sitExam,
} from './offline-evaluation';
import { PooledPast } from './offline-history';
import { itemTerms, type PooledWeights, pooledScore } from './offline-terms';
import { type Quality, QualityMeter } from './quality';

/** Windows from the first to the last, counted from 1. */
export interface WindowRange {
  /** 2 or more: the first window has no past to be ranked by. */
  first: number;
  last: number;
}

export interface PooledProtocol {
  /** Sorted by time. */
  interactions: readonly Interaction[];
  /** Items in the catalogue. */
  count: number;
  methods: readonly PooledMethod[];
  /** Windows of equal counts. Default 10. */
  windows?: number;
  /**
   * The windows that are ranked and reported. Those before them are learned, and weights fitted to a sample of their
   * choices; those after them are not read. Default: all but the first.
   */
  reported?: WindowRange;
  /** Each so many-th choice is ranked. Default 1. */
  every?: number;
  /** Called after each epoch of a method's training. */
  onEpoch?(): void;
  /** Called after a method's training, with its number of epochs and what it could have been. */
  onLearned?(epochs: number, most: number): void;
  /** Called when a method has ranked a window; windows from 1. */
  onRanked?(window: number, method: string, quality: Quality): void;
}

/** Last share of a window that its training is validated on. */
const VALIDATION = 0.1;
/** Choices ranked after each epoch, at most. */
const VALIDATION_CASES = 330;
/** The model's score without popularity. */
const CONTENT: PooledWeights = { model: 1 };
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
 * (popularity, companions) go on over all windows. Once a window is ranked it belongs to the past, and a sample of its
 * choices, with the scores they were ranked by, fits the weights of the terms for the next one; the last tenth of the
 * first window fits those for the second.
 * @returns one run per method, in their order; one unit per reported window
 * @throws SidestreamError `runtime/invalid-input` when the log does not have the windows to report
 */
export async function evaluatePooled(protocol: PooledProtocol): Promise<PooledRun[]> {
  const { interactions, count, methods, windows = 10, every = 1 } = protocol;
  const parts = cutWindows(interactions, windows);
  const { first, last } = reportedWindows(protocol, parts.length);
  const candidates = methods.map(candidateOf);
  const past = new PooledPast(count);
  const early: Exam[] = [];
  try {
    for (let window = 1; window < last; window++) {
      const tail = await learnWindow(protocol, candidates, past, parts[window - 1]);
      if (window === 1) {
        const exam = { cases: tail.cases, past, terms: itemTerms(past), count };
        await fitWeights(candidates, exam, () => {});
      }
      past.learn(tail.interactions);
      const next = parts[window];
      const cases = past.cases(next).filter((_, index) => index % every === 0);
      const exam = { cases, past, terms: itemTerms(past), count };
      if (window + 1 < first) {
        await fitWeights(candidates, { ...exam, cases: fittedCases(cases) }, () => {});
        continue;
      }
      await rankWindow(candidates, exam, countsOf(next, count));
      for (const { run } of candidates) protocol.onRanked?.(window + 1, run.name, run.units[window + 1 - first]);
      if (early.length < EARLY_WINDOWS) early.push(exam);
    }
    for (const exam of early) await rankAgain(candidates, exam);
  } finally {
    for (const { model } of methods) model?.dispose();
  }
  return candidates.map(({ run }) => run);
}

function reportedWindows({ reported }: PooledProtocol, windows: number): WindowRange {
  const { first, last } = reported ?? { first: 2, last: windows };
  if (first >= 2 && first <= last && last <= windows) return { first, last };
  throw new SidestreamError(
    'runtime/invalid-input',
    `The windows ${first} to ${last} cannot be reported: of the ${windows} of this log those from 2 on are ranked. Give a longer log, or other windows.`,
  );
}

const candidateOf = (method: PooledMethod): Candidate => ({
  method,
  run: { name: method.name, units: [], alone: [], retention: [], ranked: [], parameters: [] },
  weights: method.weights,
});

/** Trains the models on a window and takes all but its last choices into the past. @returns these last choices */
async function learnWindow(
  { onEpoch, onLearned }: PooledProtocol,
  candidates: readonly Candidate[],
  past: PooledPast,
  interactions: readonly Interaction[],
): Promise<{ interactions: Interaction[]; cases: RankCase[] }> {
  past.age();
  const cut = Math.round(interactions.length * (1 - VALIDATION));
  const [lesson, tail] = [interactions.slice(0, cut), interactions.slice(cut)];
  const context = Math.max(0, ...candidates.map(({ method }) => method.model?.context ?? 0));
  const sequences = past.sequences(lesson, context);
  past.learn(lesson);
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
async function rankWindow(candidates: readonly Candidate[], exam: Exam, chosen: Float32Array): Promise<void> {
  const { past, count } = exam;
  const meters = candidates.map(() => ({ whole: new QualityMeter(), alone: new QualityMeter() }));
  for (const { run } of candidates) run.ranked.push({ whole: [], content: [], newFirst: [] });
  await fitWeights(candidates, exam, (index, { target, history }, values) => {
    const { method, run, weights } = candidates[index];
    const rankBy = (by: PooledWeights): number => rankOf(pooledScore(values, by, count), target, history);
    const ranked = run.ranked[run.ranked.length - 1];
    const about = { isNew: past.choices[target] === 0, chosen: chosen[target] };
    const rank = rankBy(weights);
    meters[index].whole.add(rank);
    ranked.whole.push({ ...about, rank });
    if (!method.alone) return;
    meters[index].alone.add(rankBy(method.alone));
    ranked.content.push({ ...about, rank: rankBy(CONTENT) });
    ranked.newFirst.push({ ...about, rank: about.isNew ? rankBy({ ...weights, newcomer: FIRST }) : rank });
  });
  for (const [index, { method, run }] of candidates.entries()) {
    run.units.push(meters[index].whole.quality);
    if (method.alone) run.alone.push(meters[index].alone.quality);
  }
}

async function fitWeights(
  candidates: readonly Candidate[],
  exam: Exam,
  onCase: Parameters<typeof sitExam>[2],
): Promise<void> {
  const methods = candidates.map(({ method }) => method);
  const samples = await sitExam(methods, exam, onCase);
  for (const [index, candidate] of candidates.entries()) {
    candidate.weights = fittedWeights(candidate, samples[index], exam.count);
  }
}

/** Ranks choices of long ago by the models as they are now; popularity is that of then. */
async function rankAgain(candidates: readonly Candidate[], { cases, terms, count }: Exam): Promise<void> {
  for (const { method, run } of candidates) {
    if (!method.model || !method.alone) continue;
    const meter = new QualityMeter();
    for (let start = 0; start < cases.length; start += CHUNK) {
      const part = cases.slice(start, start + CHUNK);
      const values = await method.model.terms(part);
      for (const [index, { target, history }] of part.entries()) {
        meter.add(rankOf(pooledScore({ ...terms, ...values[index] }, method.alone, count), target, history));
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
