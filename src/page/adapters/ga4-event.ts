import * as v from 'valibot';
import type { EventType, TrackDetails } from '../../device/protocol';
import type { Candidate, Drop } from './event-sink';
import { idSchema, isEventType, readDetails } from './field';
import { type AdapterSource, messageOf } from './report';

/** How to read the shop's e-commerce events. */
export interface Ga4Options {
  /**
   * The item's catalog id: the name of a field, or a function of the item, which skips the item by returning null.
   * Default `item_id`.
   */
  itemId?: string | ((item: Record<string, unknown>) => string | number | null | undefined);
  /** Placement of a list, from its `item_list_id` (or else `item_list_name`). Default: unchanged. */
  placement?: (list: string) => string | undefined;
  /** Additional or changed mappings: `{ add_to_wishlist: 'click' }`; null ignores an event. */
  events?: Record<string, EventType | null>;
}

export interface Ga4Event {
  source: AdapterSource;
  name: string;
  /** Its `ecommerce` object, or gtag's parameters. */
  params: unknown;
  /** Whether the items are in the entry itself rather than in an earlier one. */
  own: boolean;
  payload: unknown;
}

/**
 * GA4 events and their events of the recommender. `refund` is not mapped, because it does not show that the shopper dislikes the
 * item. `add_to_wishlist` is not mapped either; a shop may map it.
 */
const EVENTS: Record<string, EventType> = {
  view_item: 'view',
  view_item_list: 'impression',
  select_item: 'click',
  add_to_cart: 'cart',
  remove_from_cart: 'uncart',
  purchase: 'purchase',
};
/** Known events without a mapping; they are not reported as dropped. */
const IGNORED = ['refund', 'view_cart', 'begin_checkout', 'add_shipping_info', 'add_payment_info'];

/** Fields are read one by one as needed: a schema for the whole object would copy everything that a page puts there. */
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function readGa4({ source, name, params, own, payload }: Ga4Event, options: Ga4Options): (Candidate | Drop)[] {
  const received = { source, event: name, payload };
  const dropped = (reason: Drop['reason'], message: string, itemId: string | null = null): Drop => ({
    ...received,
    itemId,
    reason,
    message,
  });
  const mapped = Object.hasOwn(options.events ?? {}, name);
  const type = mapped ? options.events?.[name] : Object.hasOwn(EVENTS, name) ? EVENTS[name] : undefined;
  if (type === null || (type === undefined && IGNORED.includes(name))) return [];
  if (type === undefined) {
    // Pages push many events without items.
    return own ? [dropped('unmapped-event', 'the recommender has no event of this name; see `events`')] : [];
  }
  if (!isEventType(type))
    return [dropped('invalid-field', `\`events\` maps it to "${type}", which is not an event type`)];
  const event = isObject(params) ? params : {};
  const { items } = event;
  if (!Array.isArray(items) || items.length === 0) {
    return [dropped('no-items', 'it has no `items` list (in `ecommerce`, or in gtag’s parameters)')];
  }
  const found: (Candidate | Drop)[] = [];
  const candidates = new Map<string, Candidate>();
  for (const item of items) {
    try {
      const id = idOf(item, options);
      if (id === null) continue;
      if ('message' in id) {
        found.push(dropped('no-id', id.message));
        continue;
      }
      const { itemId } = id;
      const fields = fieldsOf(type, item, event, options);
      const details = readDetails(fields, (message) => found.push(dropped('invalid-field', message, itemId)));
      const known = candidates.get(itemId);
      if (known && isBought(type)) known.details = combined(known.details, details);
      if (!known) candidates.set(itemId, { ...received, type, itemId, details });
    } catch (thrown) {
      // Functions of the options, and getters of the page, may throw.
      found.push(dropped('failed', `an item cannot be read: ${messageOf(thrown)}`));
    }
  }
  return [...found, ...candidates.values()];
}

const isBought = (type: EventType): boolean => type === 'cart' || type === 'purchase';

/** The catalog id of an item, or why it has none; null for an item that the shop skips. */
function idOf(item: unknown, { itemId = 'item_id' }: Ga4Options): { itemId: string } | { message: string } | null {
  if (!isObject(item)) return { message: 'an item is not an object' };
  const own = typeof itemId === 'function';
  const value = own ? itemId(item) : item[itemId];
  if (own && (value === null || value === undefined)) return null;
  const result = v.safeParse(idSchema, value);
  if (result.success) return { itemId: result.output };
  const where = own ? 'the result of `itemId`' : `its \`${itemId}\``;
  return { message: `an item without an id: ${where}: ${result.issues[0].message}` };
}

/** Fields of the item override fields of the event. */
function fieldsOf(
  type: EventType,
  item: Record<string, unknown>,
  event: Record<string, unknown>,
  { placement = (list) => list }: Ga4Options,
): Partial<Record<keyof TrackDetails, unknown>> {
  const list = item.item_list_id ?? event.item_list_id ?? item.item_list_name ?? event.item_list_name;
  return {
    placement: typeof list === 'string' ? placement(list) : list,
    position: item.index,
    recommendationId: item.recommendation_id ?? event.recommendation_id,
    ...(isBought(type)
      ? { quantity: item.quantity, price: item.price, currency: item.currency ?? event.currency }
      : {}),
    ...(type === 'purchase' ? { transactionId: event.transaction_id } : {}),
  };
}

/** Combines two lines of the same item, such as two sizes, into one event with the same total. */
function combined(first: TrackDetails, second: TrackDetails): TrackDetails {
  const [a, b] = [first.quantity ?? 1, second.quantity ?? 1];
  const { price: _, ...rest } = first;
  const quantity = a + b;
  if (first.price === undefined || second.price === undefined || quantity === 0) return { ...rest, quantity };
  return { ...rest, quantity, price: (first.price * a + second.price * b) / quantity };
}
