import type { ExpertStatus, InspectedExpert, RecommendResponse } from '../../device/protocol';
import { trail } from '../category';
import type { Item } from '../session';

/** The subject of an expert. */
export interface ExpertView extends Pick<ExpertStatus, 'id' | 'state' | 'share' | 'choices'> {
  /** Top category of more than half of its latest choices, or else its previous one; null before the first choice. */
  about: string | null;
  /** The category below it of most of its choices; null without one. */
  narrow: string | null;
  /** What its name says: different for every expert of a frame but the generalist. */
  subject: string;
}

/** A choice of the shopper, and the list after it. */
export interface Frame {
  choice: number;
  /** Chapter of the script; null for a choice by hand, and before the first choice. */
  chapter: number | null;
  /** The chosen product; null before the first choice. */
  chosen: Item | null;
  /** Its 0-based place in the previous list; null if it was chosen from a shelf. */
  position: number | null;
  list: Item[];
  /** Id of the list, to attribute choices from it. */
  recommendationId: string;
  /** Products of each taste in the list. */
  counts: [number, number];
  experts: ExpertView[];
  /** Time from the choice to the next list, ms. */
  duration: number;
}

/** Number of an expert's latest choices that determine its subject: an expert that continues to learn may have started with another taste. */
const RECENT_CHOICES = 4;

export const topCategory = ({ category }: Pick<Item, 'category'>): string => trail(category)[0]?.name ?? '';

/**
 * @param before the previous frame; undefined for the first one
 * @param tastes names of the two top categories
 */
export function makeFrame(
  before: Frame | undefined,
  made: Pick<Frame, 'choice' | 'chapter' | 'chosen' | 'position' | 'duration'>,
  answer: { list: RecommendResponse; experts: readonly InspectedExpert[] },
  tastes: readonly [string, string],
): Frame {
  const list = answer.list.items.map(({ item }) => item);
  const count = (taste: string): number => list.filter((item) => topCategory(item) === taste).length;
  const were = new Map(before?.experts.map(({ id, about }) => [id, about]));
  const experts = answer.experts.flatMap(({ id, state, share, choices, from }): ExpertView[] => {
    if (state === 'removed') return [];
    const about = aboutOf(
      from.slice(0, RECENT_CHOICES).map(({ item }) => topCategory(item)),
      were.get(id) ?? null,
    );
    const trails = from.map(({ item }) => trail(item.category));
    const below = trails.flatMap(([top, next]) => (top?.name === about && next ? [next.name] : []));
    const timesOf = (name: string): number => below.filter((other) => other === name).length;
    const narrow = below.sort((a, b) => timesOf(b) - timesOf(a))[0] ?? null;
    return [{ id, state, share, choices, about, narrow, subject: about ?? 'A bit of everything' }];
  });
  return {
    ...made,
    list,
    recommendationId: answer.list.id,
    counts: [count(tastes[0]), count(tastes[1])],
    experts: distinct(
      distinct(experts, ({ subject, narrow }) => (narrow === null ? subject : `${subject} (${narrow})`)),
      ({ subject, id }) => `${subject}, no. ${id}`,
    ),
  };
}

function aboutOf(latest: readonly string[], before: string | null): string | null {
  const common = latest.find((name) => latest.filter((other) => other === name).length > latest.length / 2);
  return common ?? before ?? latest[0] ?? null;
}

/** Gives experts with equal subjects others. An expert on trial leaves its subject to one that is kept. */
function distinct(experts: readonly ExpertView[], otherwise: (expert: ExpertView) => string): ExpertView[] {
  const isEqual = (one: ExpertView, other: ExpertView): boolean =>
    other !== one &&
    other.state !== 'generalist' &&
    (one.state === 'candidate' || other.state !== 'candidate') &&
    other.subject === one.subject;
  return experts.map((one) =>
    experts.some((other) => isEqual(one, other)) ? { ...one, subject: otherwise(one) } : one,
  );
}
