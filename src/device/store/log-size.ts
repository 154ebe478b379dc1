import type { NewEvent } from '../../core/events';

/** Default maximum size of the event log on the device, bytes. */
export const LOG_BUDGET = 5_000_000;
/** Share of its budget to which an oversized log is cut. */
export const CUT_SHARE = 0.8;

/**
 * Number of the oldest events to delete from a log that is larger than its budget.
 * @param ids of the events, oldest first
 * @param sizes of each, bytes
 * @param known id of the last event that may be deleted
 * @param target size to which the log is cut
 */
export function excessEvents(
  ids: readonly number[],
  sizes: readonly number[],
  { known, budget, target = budget }: { known: number; budget: number; target?: number },
): number {
  let size = sizes.reduce((sum, bytes) => sum + bytes, 0);
  let gone = 0;
  if (size > budget) while (gone < ids.length && size > target && ids[gone] <= known) size -= sizes[gone++];
  return gone;
}

/** Approximate size of an event in the log, bytes. */
export const eventSize = (event: NewEvent): number => 40 + JSON.stringify(event).length;
