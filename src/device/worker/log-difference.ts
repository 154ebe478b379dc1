import type { NewEvent } from '../../core/events';
import type { Store } from '../store';

/** Equal for the same event in two logs: the page gives every event of a visit a unique time. */
export const keyOf = ({ time, type, itemId }: NewEvent): string => `${time} ${type} ${itemId}`;

/** The part of a log that another one does not have yet. */
export async function without(log: Store, other: Store): Promise<Pick<Store, 'eventsAfter'>> {
  const known = new Set((await other.eventsAfter(0)).map(keyOf));
  return {
    eventsAfter: async (id) => (await log.eventsAfter(id)).filter((event) => !known.has(keyOf(event))),
  };
}
