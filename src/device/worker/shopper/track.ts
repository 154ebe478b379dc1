import type { NewEvent } from '../../../core/events';
import { SidestreamError } from '../../../error';
import { parsed, trackSchema } from '../../protocol';
import type { Objects } from '../call';

type Needs = Pick<Objects, 'device' | 'catalog' | 'rest' | 'shards' | 'shopper' | 'tasks'>;

/**
 * Tracks several events at once; a rejected one does not affect the others.
 * @param called time of the call, milliseconds since the epoch
 * @returns for each event, null if it is in the log, else the reason for its rejection
 * @throws SidestreamError `store/*` if no event could be written
 */
export async function track(needs: Needs, given: readonly unknown[], called = Date.now()) {
  const { device, catalog, rest, shards, shopper, tasks } = needs;
  const time = shopper.log.timeOf(called);
  const entries: NewEvent[] = [];
  const results = given.map((event) => {
    try {
      const { type, itemId, details } = parsed(trackSchema, event, 'track()');
      // Otherwise the item is looked up after the event is safe: it may not be loaded.
      if (catalog.whole) catalog.rowOf(itemId);
      entries.push({ type, itemId, time, ...details, variant: shopper.experiment.label() });
      return null;
    } catch (thrown) {
      return SidestreamError.from(thrown).serialize();
    }
  });
  if (device.consent === 'denied' || entries.length === 0) return results;
  await shopper.log.append(entries);
  learn(needs);
  // Events of items that the catalogue lacks stay in the log, but are reported and not learned.
  const ids = entries.map(({ itemId }) => itemId);
  const check = async (): Promise<void> => {
    if (shards) return shards.check(ids);
    await rest.load();
    // Without the rest, nothing is known about them.
    if (shopper.complete) for (const id of ids) catalog.rowOf(id);
  };
  if (!catalog.whole) tasks.beside(check);
  return results;
}

/** Learns the events of the log, or notes them until all items are there. A list requested after this call waits for that. */
export function learn({ tasks, shopper, rest }: Pick<Objects, 'tasks' | 'shopper' | 'rest'>): void {
  tasks.beside(async () => {
    await shopper.catchUp();
    await rest.waitFor();
  });
}
