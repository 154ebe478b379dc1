import { describe, expect, it } from 'vitest';
import { GROUP, threeGroups } from '../../../testing/three-groups';
import type { EventType, LoggedEvent } from '../../core/events';
import { rankOf, scores } from '../ranking';
import { Journal, type JournaledLearner, MAX_POINTS, MAX_REMOVED } from './journal';
import { Learner } from './learner';
import { encodeProfile, readProfile } from './profile';

const shop = threeGroups();
const idOf = (row: number): string => shop.index.items[row].id;
const event = (id: number, row: number, type: EventType = 'click'): LoggedEvent => ({
  id,
  type,
  itemId: idOf(row),
  time: 1_700_000_000_000 + 1000 * id,
});
/** Choices of different items of one group. */
const choices = (count: number, group: number, from: number): LoggedEvent[] =>
  Array.from({ length: count }, (_, n) => event(from + n, ((from + n) % GROUP) * 3 + group));

function newLearner(): Learner {
  const learner = new Learner(shop);
  learner.keepJournal(new Journal());
  return learner;
}

function learned(events: readonly LoggedEvent[], learner = newLearner()): Learner {
  for (const one of events) learner.observe(one);
  return learner;
}

const journalOf = (learner: Learner) => learner.journal ?? { choices: [], points: [], removed: [] };
type Expert = JournaledLearner['status']['experts'][number];
const expertOf = (id: number, state: Expert['state']): Expert => ({ id, state, born: id, choices: 6, share: 0.5 });
/** A learner with these experts, after some choices; each has learned from the item in the row of its id. */
const stub = (experts: readonly Expert[], total: number): JournaledLearner => ({
  history: { rows: [], total },
  terms: newLearner().terms,
  weightsAt: () => newLearner().weightsAt(),
  status: { windows: 0, rejected: 0, experts },
  contributionsOf: () => experts.map(({ id }) => ({ id, choices: [{ row: id, time: 77 }] })),
});
/** One preference, another one, and the first again. */
const CHANGING = [...choices(30, 0, 1), ...choices(25, 1, 31), ...choices(9, 0, 56)];

describe('a journal', () => {
  it('has each choice with its ranks before it was learned, and the parts of the experts after it', () => {
    const learner = learned(choices(6, 1, 1));
    const next = event(7, 22);
    const { terms, history } = learner;
    const expected = [
      rankOf(scores(terms, learner.weightsAt()), 22, history.rows),
      rankOf(shop.index.logPopularity, 22, history.rows),
      rankOf(terms.recent, 22, history.rows),
    ];
    learner.observe(next);
    const { choices: kept } = journalOf(learner);
    expect(kept).toHaveLength(7);
    expect(kept[0]).toMatchObject({ item: idOf(4), at: 1, time: 1_700_000_001_000, ranks: null });
    expect(kept[6]).toMatchObject({ item: next.itemId, at: 7, ranks: expected });
    for (const { shares } of kept) expect(shares.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1, 2);
    expect(kept[6].shares.map(([id]) => id)).toEqual(learner.status.experts.map(({ id }) => id));
  });

  it('leaves out events that are not choices, and ranks no previously chosen item', () => {
    const learner = learned([event(1, 1), event(2, 1, 'cart'), event(3, 2, 'impression'), event(4, 5, 'dismiss')]);
    learned([event(5, 4), event(6, 1)], learner);
    expect(journalOf(learner).choices.map(({ item, at, ranks }) => [item, at, ranks === null])).toEqual([
      [idOf(1), 1, true],
      [idOf(4), 2, false],
      [idOf(1), 3, true],
    ]);
  });

  it('records windows and rejected updates, each once', () => {
    const learner = learned(CHANGING);
    const { points } = journalOf(learner);
    const of = (kind: string) => points.filter((point) => point.kind === kind);
    expect(learner.status.windows).toBeGreaterThan(0);
    expect(of('window')).toHaveLength(learner.status.windows);
    expect(of('rejected').reduce((sum, { count = 0 }) => sum + count, 0)).toBe(learner.status.rejected);
    expect(points.map(({ at }) => at)).toEqual(points.map(({ at }) => at).toSorted((a, b) => a - b));
  });

  it('records experts that were kept, frozen, reactivated and pruned, with the choices that pruned ones learned from', () => {
    const journal = new Journal();
    const step = (before: readonly Expert[], after: readonly Expert[], at: number): void => {
      journal.before(stub(before, at - 1), shop.index, 5, 1000 * at);
      journal.after(stub(after, at), { itemId: idOf(5), time: 1000 * at });
    };
    const generalist = expertOf(0, 'generalist');
    step([generalist], [generalist, expertOf(1, 'candidate')], 1);
    step([generalist, expertOf(1, 'candidate')], [generalist, expertOf(1, 'active'), expertOf(2, 'frozen')], 2);
    step(
      [generalist, expertOf(1, 'active'), expertOf(2, 'frozen')],
      [generalist, expertOf(1, 'frozen'), expertOf(2, 'active')],
      3,
    );
    step([generalist, expertOf(1, 'frozen'), expertOf(2, 'active')], [generalist, expertOf(2, 'active')], 4);
    step([generalist, expertOf(3, 'candidate')], [generalist], 5);
    const { points, removed } = journal.save();
    expect(points.map(({ kind, expert, at }) => [kind, expert, at])).toEqual([
      ['kept', 1, 2],
      ['frozen', 2, 2],
      ['frozen', 1, 3],
      ['returned', 2, 3],
      ['pruned', 1, 4],
    ]);
    expect(removed).toEqual([{ id: 1, born: 1, removed: 4000, choices: 6, chosen: [{ item: idOf(1), time: 77 }] }]);
  });

  it('does not influence learning', () => {
    const plain = new Learner(shop);
    learned(CHANGING, plain);
    const { journal, ...profile } = learned(CHANGING).save();
    expect(journal).toBeDefined();
    expect(profile).toEqual({ ...plain.save(), journal: undefined });
  });

  it('survives in a stored profile, continues after it, and starts new for an older one', async () => {
    const before = learned(CHANGING.slice(0, 40));
    const stored = await readProfile({
      schema: before.save().schema,
      bytes: await encodeProfile(before.save()),
    });
    expect(stored.journal).toEqual(before.journal);
    const after = newLearner();
    after.restore(stored);
    for (const event of CHANGING.slice(40)) after.observe(event);
    expect(after.journal).toEqual(learned(CHANGING).journal);
    const { journal: _, ...older } = before.save();
    const fresh = newLearner();
    fresh.restore(older);
    for (const event of CHANGING.slice(40)) fresh.observe(event);
    expect(journalOf(fresh).choices.map(({ at }) => at)).toEqual(CHANGING.slice(40).map((_, n) => 41 + n));
  });

  it('stays in the profile of a learner without a journal', () => {
    const { journal } = learned(choices(5, 1, 1));
    const plain = new Learner(shop);
    plain.restore(learned(choices(5, 1, 1)).save());
    expect(plain.save().journal).toEqual(journal);
  });

  it('is bounded', () => {
    const learner = newLearner();
    for (let id = 1; id <= MAX_POINTS + 20; id++) learner.observe(event(id, (id * 7) % 120));
    const { choices: kept } = journalOf(learner);
    expect(kept).toHaveLength(MAX_POINTS);
    expect(kept.at(-1)?.at).toBe(MAX_POINTS + 20);

    const journal = new Journal();
    const [absent, active] = [[], [expertOf(1, 'active')]];
    for (let at = 1; at <= MAX_POINTS + 20; at++) {
      journal.before(stub(active, at - 1), shop.index, 5, 1000 * at);
      journal.after(stub(absent, at), { itemId: idOf(5), time: 1000 * at });
    }
    const { points, removed } = journal.save();
    expect(points).toHaveLength(MAX_POINTS);
    expect(points.at(-1)).toMatchObject({ kind: 'pruned', at: MAX_POINTS + 20 });
    expect(removed).toHaveLength(MAX_REMOVED);
  });
});
