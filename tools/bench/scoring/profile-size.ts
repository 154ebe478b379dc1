import { seededRandom } from '../../../src/core/common/random';
import { Learner, type LearnerCatalog } from '../../../src/device/learner';
import { Journal } from '../../../src/device/learner/journal/journal';
import { storedProfile } from '../../../src/device/learner/profile-file';
import { type RankRequest, rank } from '../../../src/device/ranking';

/** Mean time between two choices, ms. */
const PAUSE = 6 * 3600 * 1000;
/** Choices of one topic before the next. */
const SPELL = 15;
const START = 1_700_000_000_000;
const forYou: RankRequest = { placement: 'for-you', row: null, limit: 8, exclude: new Set() };

/** Bytes that a profile takes on the device. */
export interface ProfileSize {
  bytes: number;
  /** Experts in it, candidates and what they would replace included. */
  experts: number;
}

/**
 * The profile of a shopper who turns from one topic to another and back, with a journal as pages keep it.
 * @param shown whether a list for the shopper is shown before every choice, so that what was shown is in the profile
 */
export async function profileSize(
  { index, ...catalog }: LearnerCatalog,
  choices: number,
  shown = false,
): Promise<ProfileSize> {
  const random = seededRandom(1);
  const topics = new Map<string, number[]>();
  for (const [row, { category }] of index.items.entries()) topics.set(category, [...(topics.get(category) ?? []), row]);
  const tastes = [...topics.values()].toSorted((a, b) => b.length - a.length).slice(0, 2);
  const learner = new Learner({ index, ...catalog });
  learner.keepJournal(new Journal());
  const taken = tastes.map(() => 0);
  let events = 0;
  let time = START;
  for (let n = 0; n < choices; n++) {
    const taste = Math.floor(n / SPELL) % tastes.length;
    time += Math.round(-PAUSE * Math.log(1 - random()));
    const observe = (type: 'impression' | 'click', row: number): void =>
      learner.observe({ id: ++events, type, itemId: index.items[row].id, time });
    if (shown) for (const { row } of rank(index, learner.state, forYou)) observe('impression', row);
    observe('click', tastes[taste][taken[taste]++]);
  }
  const profile = learner.save();
  const { bytes } = await storedProfile(profile);
  const { members } = profile.experts;
  return { bytes: bytes.length, experts: members.length + members.flatMap(({ trial }) => trial?.before ?? []).length };
}
