import type { ExpertStatus, Explanation, RecommendResponse, Status } from '../../../src/device/protocol';
import { trail } from '../category';
import type { Item } from '../session';

/** The subject of an expert. */
export interface ExpertView extends Pick<ExpertStatus, 'id' | 'state' | 'share' | 'choices'> {
  /** Top category of more than half of its latest choices, or else its previous one; null before the first choice. */
  about: string | null;
  /** Subject in its name: different for every expert of a frame but the generalist. */
  subject: string;
}

/** A choice of the shopper, and the list after it. */
export interface Frame {
  choice: number;
  /** Chapter of the script; null before the first choice. */
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
  const were = new Map(before?.experts.map((expert) => [expert.id, expert]));
  const learned = new Map(answer.explanation?.experts.map(({ id, choices }) => [id, choices.map(({ item }) => item)]));
  const experts = answer.status.experts.map(({ id, state, share, choices }) => {
    const latest = (learned.get(id) ?? []).slice(0, RECENT_CHOICES).map(topCategory);
    const about = commonOf(latest) ?? were.get(id)?.about ?? latest[0] ?? null;
    return { id, state, share, choices, about, subject: about ?? 'A bit of everything' };
  });
  return {
    ...made,
    list,
    recommendationId: answer.list.id,
    counts: [count(tastes[0]), count(tastes[1])],
    experts: distinct(experts),
  };
}

/** The name of more than half of them. */
const commonOf = (names: readonly string[]): string | undefined =>
  names.find((name) => names.filter((other) => other === name).length > names.length / 2);

/** Numbers the subjects that are equal. An expert on trial leaves its subject to one that is kept. */
function distinct(experts: readonly ExpertView[]): ExpertView[] {
  const isEqual = (one: ExpertView, other: ExpertView): boolean =>
    other !== one &&
    other.state !== 'generalist' &&
    (one.state === 'candidate' || other.state !== 'candidate') &&
    other.subject === one.subject;
  return experts.map((one) =>
    experts.some((other) => isEqual(one, other)) ? { ...one, subject: `${one.subject}, no. ${one.id}` } : one,
  );
}
