import type { NewEvent } from '../../core/events';

/** Key of an order line; null for events that are not purchases or have no transaction id. */
export function orderOf({ type, transactionId, itemId }: NewEvent): string | null {
  return type === 'purchase' && transactionId !== undefined ? JSON.stringify([transactionId, itemId]) : null;
}
