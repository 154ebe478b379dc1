import { fill } from '../../../../core/labels';
import type { ItemInspection, ScorePart } from '../../../../device/protocol';
import type { NamedExpert } from '../experts';
import { partName, type Words } from '../words';

/** One bar of a waterfall: from the sum of the bars before it to the sum including it. */
export interface WaterfallBar {
  label: string;
  from: number;
  to: number;
  kind: 'more' | 'less' | 'sum';
}

/** A part of the score with its name. */
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
