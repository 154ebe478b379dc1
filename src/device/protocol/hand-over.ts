import * as v from 'valibot';
import { eventFields, eventSchema, storedTime } from '../../core/events';
import { countsSchema } from '../experiment';
import { localItemSchema } from './requests';

/** A call of `track()`, as the page noted it. */
const trackedSchema = v.object({ ...eventFields, details: v.record(v.string(), v.unknown()), time: storedTime });
export type TrackedCall = v.InferOutput<typeof trackedSchema>;

/** Data that a worker hands over, through the page, to its replacement in this page or in the next. */
export const keptSchema = v.object({
  /** Data in memory only; null if the device stores it, or the shopper denied consent. */
  memory: v.nullable(
    v.object({
      /** The profile as a file; null if only the events were kept. */
      profile: v.nullable(v.custom<Uint8Array>((value) => value instanceof Uint8Array)),
      events: v.array(eventSchema),
      items: v.array(localItemSchema),
    }),
  ),
  /** Counts that were not taken yet. */
  counts: countsSchema,
  /** Calls that an earlier page noted, and that may be missing in `memory`. */
  tracked: v.optional(v.array(trackedSchema)),
  /** The page's hints about the visit: passed from worker to worker of one page, never kept beyond it. */
  hints: v.optional(v.unknown()),
});
export type Kept = v.InferOutput<typeof keptSchema>;
