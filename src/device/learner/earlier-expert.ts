import type { StoredMixture } from './experts/stored-experts';
import { MAX_POINTS, type StoredJournal } from './journal';

type StoredMember = StoredMixture['members'][number];

/** The part of a profile that this changes. */
interface Learned {
  history: { total: number };
  experts: StoredMixture;
  journal?: StoredJournal;
}

/**
 * The expert as another state of the same profile has it; null if that state lacks it, or if it is on trial now. After a merge an id
 * may belong to another expert, with another birth.
 */
export function expertIn(now: StoredMember, { experts }: Pick<Learned, 'experts'>): StoredMember['expert'] | null {
  const { id, kind, born } = now;
  const found = experts.members.find((one) => one.id === id);
  const isSame = found?.born.choice === born.choice && found.born.time === born.time;
  return kind !== 'candidate' && found && isSame ? found.expert : null;
}

/**
 * A profile with one expert as another state of it has that expert. What the router gives it, all other experts and the history stay.
 * @param time of the change, for the journal
 * @returns null if `expertIn` does not find the expert
 */
export function withEarlierExpert<Profile extends Learned>(
  now: Profile,
  before: Pick<Learned, 'experts'>,
  id: number,
  time: number,
): Profile | null {
  const member = now.experts.members.find((one) => one.id === id);
  const expert = member && expertIn(member, before);
  if (!expert) return null;
  // If a trial succeeds, it must not bring back what is undone here.
  const undone = (of: { id: number; expert: typeof expert }) => of.id === id && of.expert.choices > expert.choices;
  const members = now.experts.members.map((one) => ({
    ...one,
    expert: one === member ? expert : one.expert,
    trial: one.trial && {
      ...one.trial,
      before: one.trial.before.map((of) => (undone(of) ? { id, expert } : of)),
    },
  }));
  const point = { kind: 'restored' as const, time, at: now.history.total, expert: id };
  const points = [...(now.journal?.points ?? []), point].slice(-MAX_POINTS);
  return { ...now, experts: { ...now.experts, members }, journal: now.journal && { ...now.journal, points } };
}
