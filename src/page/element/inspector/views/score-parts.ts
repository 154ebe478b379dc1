import { fill } from '../../../../core/labels';
import type { ItemInspection, ScorePart } from '../../../../device/protocol';
import type { NamedExpert } from '../experts';
import type { Words } from '../words';

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
    if (!expert || expert.state === 'generalist') return [{ label: texts.parts[name] ?? name, contribution, place }];
    // Without a name if it was kept after the names were read.
    const title = experts.find(({ id }) => id === expert.id)?.title ?? `${expert.id}`;
    return [{ label: fill(texts.taste, { name: title }), contribution, place }];
  });
  return [...named, ...(together ? [together] : [])].sort((a, b) => b.contribution - a.contribution);
}

/** A bar in a row of a list, in percent of the room for it. */
interface Bar {
  name: string;
  /** The place without it, if that is known. */
  about?: string | null;
  start: number;
  width: number;
  /** Whether it takes from the score. */
  less: boolean;
  value: string;
}

/** Bars of all parts, each from where the one before it ends, and of their sum, which is the score. */
export function scoreBars(
  parts: readonly NamedPart[],
  { score, place }: Pick<ItemInspection, 'score' | 'place'>,
  words: Words,
): Bar[] {
  const { texts, formats } = words;
  const sums: number[] = [];
  for (const { contribution } of parts) sums.push((sums.at(-1) ?? 0) + contribution);
  const low = Math.min(0, score, ...sums);
  const span = Math.max(0, score, ...sums) - low || 1;
  const bar = (from: number, to: number): Omit<Bar, 'name' | 'about'> => ({
    start: (100 * (Math.min(from, to) - low)) / span,
    width: (100 * Math.abs(to - from)) / span,
    less: to < from,
    value: formats.signed(to - from),
  });
  return [
    ...parts.map(({ label, place: without }, n) => ({
      name: label,
      about: withoutText(words, place, without),
      ...bar(sums[n - 1] ?? 0, sums[n] ?? 0),
    })),
    { name: texts.why.score, ...bar(0, score) },
  ];
}

/**
 * The place that a product would have without a part of its score or a past choice, with "still" if it is the present one; null if it is
 * not known.
 */
export function withoutText({ texts, formats }: Words, now: number | null, without: number | null): string | null {
  if (without === null) return null;
  const place = formats.place(without);
  return fill(texts.why.withoutIt, { place: without === now ? fill(texts.why.still, { place }) : place });
}
