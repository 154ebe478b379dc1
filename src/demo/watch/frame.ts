import type { ExpertStatus, Explanation, RecommendResponse, Status } from '../../device/protocol';
import { trail } from '../category';
import type { Item } from '../session';

/** The subject of an expert. */
export interface ExpertView extends Pick<ExpertStatus, 'id' | 'state' | 'share' | 'choices'> {
  /** Top category of more than half of its latest choices, or else its previous one; null before the first choice. */
  about: string | null;
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
  answer: { list: RecommendResponse; status: Status; explanation: Explanation | null },
  tastes: readonly [string, string],
): Frame {
  const list = answer.list.items.map(({ item }) => item);
  const count = (taste: string): number => list.filter((item) => topCategory(item) === taste).length;
  const were = new Map(before?.experts.map(({ id, about }) => [id, about]));
  const learned = new Map(answer.explanation?.experts.map(({ id, choices }) => [id, choices.map(({ item }) => item)]));
  return {
    ...made,
    list,
    recommendationId: answer.list.id,
    counts: [count(tastes[0]), count(tastes[1])],
    experts: answer.status.experts.map(({ id, state, share, choices }) => ({
      id,
      state,
      share,
      choices,
      about: aboutOf((learned.get(id) ?? []).slice(0, RECENT_CHOICES).map(topCategory), were.get(id) ?? null),
    })),
  };
}

function aboutOf(latest: readonly string[], before: string | null): string | null {
  const common = latest.find((name) => latest.filter((other) => other === name).length > latest.length / 2);
  return common ?? before ?? latest[0] ?? null;
}
