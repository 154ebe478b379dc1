import * as v from 'valibot';
import { type LoggedEvent, storedCount, storedId, storedTime } from '../../core/events';
import { type CatalogIndex, type ExpertPart, rankOf, scores, type TermValues, type TermWeights } from '../ranking';
import type { ExpertMixture } from './experts/expert-mixture';
import { CANDIDATES, MAX_CHOSEN, MAX_KEPT } from './limits';

/** Maximum number of choices, and of other points, in a journal; the oldest are dropped. */
export const MAX_POINTS = 300;
export const MAX_REMOVED = 12;

/** See `JournalKind` of the protocol. */
export const KINDS = ['window', 'rejected', 'kept', 'frozen', 'returned', 'pruned'] as const;

const atMost = <Schema extends v.GenericSchema>(entry: Schema, most: number) =>
  v.pipe(v.array(entry), v.maxLength(most));
const time = v.nullable(storedTime);
const rank = v.pipe(storedCount, v.minValue(1));

const pointSchema = v.object({
  kind: v.picklist(KINDS),
  time: storedTime,
  at: storedCount,
  expert: v.optional(storedCount),
  count: v.optional(storedCount),
});

export const journalSchema = v.object({
  choices: atMost(
    v.object({
      item: storedId,
      time: storedTime,
      at: storedCount,
      /** Before it was learned: in the list, by popularity, by content; null without data to rank by. */
      ranks: v.nullable(v.strictTuple([rank, rank, rank])),
      /** Id and part in the next list of each expert. */
      shares: atMost(
        v.strictTuple([storedCount, v.pipe(v.number(), v.minValue(0), v.maxValue(1))]),
        MAX_KEPT + CANDIDATES,
      ),
    }),
    MAX_POINTS,
  ),
  points: atMost(pointSchema, MAX_POINTS),
  removed: atMost(
    v.object({
      id: storedCount,
      born: time,
      removed: storedTime,
      choices: storedCount,
      chosen: atMost(v.object({ item: storedId, time }), MAX_CHOSEN),
    }),
    MAX_REMOVED,
  ),
});
export type StoredJournal = v.InferOutput<typeof journalSchema>;

export interface JournaledLearner {
  readonly history: { readonly rows: readonly number[]; readonly total: number };
  readonly terms: TermValues;
  weightsAt(now: number): TermWeights;
  readonly status: {
    windows: number;
    rejected: number;
    experts: readonly Pick<ExpertMixture['status'][number], 'id' | 'state' | 'born' | 'choices' | 'share'>[];
  };
  contributionsOf(row: number): readonly Pick<ExpertPart, 'id' | 'choices'>[];
}

type Point = StoredJournal['points'][number];

interface Before {
  ranks: [own: number, popularity: number, content: number] | null;
  total: number;
  status: JournaledLearner['status'];
  chosen: Map<number, StoredJournal['removed'][number]['chosen']>;
}

const PRECISION = 1000;

/**
 * Records the history of learning: how each choice was ranked before it was learned, the experts' shares in the list after
 * it, windows, dropped updates, and added and removed experts. It is part of the profile, so a reload, an export and a
 * rollback keep it; it does not influence learning.
 */
export class Journal {
  #stored: StoredJournal = { choices: [], points: [], removed: [] };
  #before: Before | null = null;

  restore(stored: StoredJournal = { choices: [], points: [], removed: [] }): void {
    this.#stored = stored;
  }

  save(): StoredJournal {
    const { choices, points, removed } = this.#stored;
    return { choices: [...choices], points: [...points], removed: [...removed] };
  }

  /** To be called before the learner learns a choice. @param row the choice */
  before(learner: JournaledLearner, index: CatalogIndex, row: number, time: number): void {
    const { history, status } = learner;
    const id = (at: number): string => index.items[at].id;
    // Any row works: only the choices are read. Dropped candidates were never experts.
    const parts = status.experts.some(({ state }) => state === 'active' || state === 'frozen')
      ? learner.contributionsOf(row)
      : [];
    this.#before = {
      ranks: history.rows.length > 0 && !history.rows.includes(row) ? ranksOf(learner, index, row, time) : null,
      total: history.total,
      status,
      chosen: new Map(
        parts.map((part) => [part.id, part.choices.map((choice) => ({ item: id(choice.row), time: choice.time }))]),
      ),
    };
  }

  /** Call it after the learner learned the choice, or found that it repeats the last one. */
  after({ history, status }: JournaledLearner, { itemId: item, time }: Pick<LoggedEvent, 'itemId' | 'time'>): void {
    const before = this.#before;
    this.#before = null;
    if (!before) return;
    const at = history.total;
    const rejected = status.rejected - before.status.rejected;
    const changes = changesOf(before.status.experts, status.experts);
    const events: Omit<Point, 'time' | 'at'>[] = [
      ...(rejected > 0 ? [{ kind: 'rejected' as const, count: rejected }] : []),
      ...changes,
      ...(status.windows > before.status.windows ? [{ kind: 'window' as const }] : []),
    ];
    const { choices, points, removed } = this.#stored;
    const shares = status.experts.map(({ id, share }): [number, number] => [
      id,
      Math.round(PRECISION * share) / PRECISION,
    ]);
    const lost = before.status.experts.filter(({ id }) =>
      changes.some(({ kind, expert }) => kind === 'pruned' && expert === id),
    );
    this.#stored = {
      // A repeat of the last item is not a separate choice.
      choices:
        at > before.total ? [...choices, { item, time, at, ranks: before.ranks, shares }].slice(-MAX_POINTS) : choices,
      points: [...points, ...events.map(({ kind, ...more }) => ({ kind, time, at, ...more }))].slice(-MAX_POINTS),
      removed: [
        ...removed,
        ...lost.map(({ id, born, choices: learned }) => ({
          id,
          born,
          removed: time,
          choices: learned,
          chosen: before.chosen.get(id) ?? [],
        })),
      ].slice(-MAX_REMOVED),
    };
  }
}

function changesOf(
  before: JournaledLearner['status']['experts'],
  after: JournaledLearner['status']['experts'],
): Pick<Point, 'kind' | 'expert'>[] {
  const changes: Pick<Point, 'kind' | 'expert'>[] = [];
  for (const { id: expert, state } of after) {
    const was = before.find(({ id }) => id === expert)?.state;
    if (was === 'candidate' && state !== 'candidate') changes.push({ kind: 'kept', expert });
    // An expert without an earlier state is the generalist's state before a trial.
    else if (was !== state && state === 'frozen') changes.push({ kind: 'frozen', expert });
    else if (was === 'frozen' && state === 'active') changes.push({ kind: 'returned', expert });
  }
  for (const { id: expert, state } of before) {
    if (state !== 'candidate' && !after.some(({ id }) => id === expert)) changes.push({ kind: 'pruned', expert });
  }
  return changes;
}

function ranksOf(learner: JournaledLearner, index: CatalogIndex, row: number, time: number): Before['ranks'] {
  const { terms, history } = learner;
  const left = index.variants?.beside(row, [...history.rows]) ?? history.rows;
  return [
    rankOf(scores(terms, learner.weightsAt(time)), row, left),
    rankOf(index.logPopularity, row, left),
    // Similarity to the history by content: the list of a shop that only compares with past choices.
    rankOf(terms.recent, row, left),
  ];
}
