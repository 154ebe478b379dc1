import { fill } from '../../../../core/labels';
import type { InspectedExpert, ItemInspection, JournalChoice, Ranks, ScorePart } from '../../../../device/protocol';
import type { NamedExpert } from '../experts';
import { partName, type Words } from '../words';

/** Key of the combined share of all candidates that were never kept. */
export const ON_TRIAL = 'trial';
/** Key of the combined share of all experts that were dropped. */
export const DROPPED = 'dropped';

/** One expert, or all of a kind together, in the chart of shares. */
export interface ShareSeries {
  key: string;
  /** Its share after each choice, 0 to 1. */
  values: number[];
}

/**
 * Shares of the experts in the list after each choice: one series for each kept expert, one for all that were dropped, and one for
 * all that are or were on trial. At every choice, the shares add up to 1.
 */
export function shareSeries(
  choices: readonly Pick<JournalChoice, 'shares'>[],
  experts: readonly Pick<InspectedExpert, 'id' | 'state'>[],
): ShareSeries[] {
  const idsOf = (isOne: (state: InspectedExpert['state']) => boolean): number[] =>
    experts.flatMap(({ id, state }) => (isOne(state) ? [id] : [])).toSorted((a, b) => a - b);
  const kept = idsOf((state) => state !== 'candidate' && state !== 'removed');
  const dropped = idsOf((state) => state === 'removed');
  const sums = (has: (id: number) => boolean): number[] =>
    choices.map(({ shares }) => shares.reduce((sum, [id, share]) => (has(id) ? sum + share : sum), 0));
  return [
    ...kept.map((id) => ({ key: `${id}`, values: sums((one) => one === id) })),
    { key: DROPPED, values: sums((id) => dropped.includes(id)) },
    { key: ON_TRIAL, values: sums((id) => !kept.includes(id) && !dropped.includes(id)) },
  ].filter(({ values }) => values.some((value) => value > 0));
}

/** Number of choices averaged in each point of the lines. */
const SPAN = 20;

/** Geometric mean of the ranks of the latest choices, as of one choice. */
export interface RankPoint extends Ranks {
  at: number;
}

/** Running geometric means of the ranks over the last 20 ranked choices. */
export function runningRanks(choices: readonly Pick<JournalChoice, 'at' | 'ranks'>[]): RankPoint[] {
  const ranked = choices.flatMap(({ at, ranks }) => (ranks ? [{ at, ...ranks }] : []));
  return ranked.map(({ at }, n) => {
    const last = ranked.slice(Math.max(0, n + 1 - SPAN), n + 1);
    const mean = (name: keyof Ranks): number =>
      Math.exp(last.reduce((sum, one) => sum + Math.log(one[name]), 0) / last.length);
    return { at, own: mean('own'), popularity: mean('popularity'), content: mean('content') };
  });
}

/** One bar of a waterfall: from the sum of the bars before it to the sum including it. */
export interface WaterfallBar {
  label: string;
  from: number;
  to: number;
  kind: 'more' | 'less' | 'sum';
}

export interface NamedPart extends Pick<ScorePart, 'contribution' | 'place'> {
  label: string;
}

/** The parts of a score, the largest first, each with its own name. All candidates are one part, whose place is not known. */
export function namedParts(
  parts: readonly ScorePart[],
  experts: readonly Pick<NamedExpert, 'id' | 'title'>[],
  { texts }: Words,
): NamedPart[] {
  const trials = parts.filter(({ expert }) => expert?.state === 'candidate');
  const [trial] = trials;
  const together = trial && {
    label: texts.onTrial,
    contribution: trials.reduce((sum, { contribution }) => sum + contribution, 0),
    place: trials.length === 1 ? trial.place : null,
  };
  const named = parts.flatMap(({ name, expert, contribution, place }): NamedPart[] => {
    if (expert?.state === 'candidate') return [];
    if (!expert || expert.state === 'generalist') return [{ label: partName(texts, name), contribution, place }];
    // Without a name if it was kept after the names were read.
    const title = experts.find(({ id }) => id === expert.id)?.title ?? `${expert.id}`;
    return [{ label: fill(texts.taste, { name: title }), contribution, place }];
  });
  return [...named, ...(together ? [together] : [])].sort((a, b) => b.contribution - a.contribution);
}

/** Bars of all parts in sequence, and their sum, which is the score. */
export function waterfallBars(
  parts: readonly NamedPart[],
  { score }: Pick<ItemInspection, 'score'>,
  { texts }: Words,
): WaterfallBar[] {
  let sum = 0;
  const bars = parts.map(({ label, contribution }): WaterfallBar => {
    const from = sum;
    sum += contribution;
    return { label, from, to: sum, kind: contribution < 0 ? 'less' : 'more' };
  });
  return [...bars, { label: texts.why.score, from: 0, to: score, kind: 'sum' }];
}
