import * as v from 'valibot';
import { storedCount, storedId, storedTime } from '../../../core/events';
import { CANDIDATES, MAX_CHOSEN, MAX_KEPT } from '../limits';

/** Maximum number of choices, and of other points, in a journal; the oldest are dropped. */
export const MAX_POINTS = 300;
/** Maximum number of removed experts in a journal; the oldest is dropped. */
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
/** Versions up to 0.2 also recorded drifts. */
const droppedSchema = v.object({ kind: v.literal('drift') });

/** Stored form of a journal, part of the profile. */
export const journalSchema = v.object({
  /** The last choices, oldest first. */
  choices: atMost(
    v.object({
      item: storedId,
      time: storedTime,
      /** Number of choices up to and including this one. */
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
  /** Other events of learning, oldest first. */
  points: v.pipe(
    atMost(v.union([pointSchema, droppedSchema]), MAX_POINTS),
    v.transform((points) => points.flatMap((point) => (point.kind === 'drift' ? [] : [point]))),
  ),
  /** Experts that were removed, oldest first. */
  removed: atMost(
    v.object({
      id: storedCount,
      born: time,
      removed: storedTime,
      choices: storedCount,
      /** The last choices that it learned from, oldest first. */
      chosen: atMost(v.object({ item: storedId, time }), MAX_CHOSEN),
    }),
    MAX_REMOVED,
  ),
});
export type StoredJournal = v.InferOutput<typeof journalSchema>;
