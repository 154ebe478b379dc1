import * as v from 'valibot';
import type { EventType, TrackDetails } from '../protocol';
import type { Drop, Offer } from './event-sink';
import { idSchema, isEventType, readDetails } from './field';
import type { AdapterSource } from './report';
import { wordsOf } from './thrown';

/** How the shop's e-commerce events are to be read. */
export interface Ga4Options {
  /**
   * Which id of an item is the catalogue's: the name of a field, or a function of the item. Null from a function passes
   * the item over. Default `item_id`.
   */
  itemId?: string | ((item: Record<string, unknown>) => string | number | null | undefined);
  /** Placement of a list, from its `item_list_id` (or else `item_list_name`). By default the same. */
  placement?: (list: string) => string | undefined;
  /** More events, or others: `{ add_to_wishlist: 'click' }`; null switches one off. */
  events?: Record<string, EventType | null>;
}

/** An e-commerce event as it was pushed. */
export interface Ga4Event {
  source: AdapterSource;
  name: string;
  /** Its `ecommerce` object, or gtag's parameters. */
  params: unknown;
  /** Whether the entry itself is about items, and not what was pushed before it. */
  own: boolean;
  /** The pushed entry. */
  payload: unknown;
}

/**
 * Events of GA4 and ours. `refund` has none: it says nothing against the item. `add_to_wishlist` has none either, a shop
 * may map it.
 */
const EVENTS: Record<string, EventType> = {
  view_item: 'view',
  view_item_list: 'impression',
  select_item: 'click',
  add_to_cart: 'cart',
  remove_from_cart: 'uncart',
  purchase: 'purchase',
};
/** Events that are known and say nothing: no word of them in debug mode. */
const SILENT = ['refund', 'view_cart', 'begin_checkout', 'add_shipping_info', 'add_payment_info'];

/** Most items of one event: GA4 takes no more. */
const MOST_ITEMS = 200;

/** Fields are read one by one when they are needed: a schema of the whole would copy whatever else a page puts there. */
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a push has to offer, and what of it is dropped. */
export function readGa4({ source, name, params, own, payload }: Ga4Event, options: Ga4Options): (Offer | Drop)[] {
  const heard = { source, event: name, payload };
  const dropped = (reason: Drop['reason'], message: string, itemId: string | null = null): Drop => ({
    ...heard,
    ...{ itemId, reason, message },
  });
  const mapped = Object.hasOwn(options.events ?? {}, name);
  const type = mapped ? options.events?.[name] : Object.hasOwn(EVENTS, name) ? EVENTS[name] : undefined;
  if (type === null || (type === undefined && SILENT.includes(name))) return [];
  if (type === undefined) {
    // A page pushes much that is not about items.
    return own ? [dropped('unmapped-event', 'no event of the recommender goes by this name; see `events`')] : [];
  }
  if (!isEventType(type)) return [dropped('invalid-field', `\`events\` maps it to "${type}", which is no event`)];
  const event = isObject(params) ? params : {};
  const { items } = event;
  const count = Array.isArray(items) ? items.length : 0;
  if (!Array.isArray(items) || count === 0) {
    return [
      dropped('no-items', 'it has no list of `items`, as GA4 asks for (in `ecommerce`, or in gtag’s parameters)'),
    ];
  }
  const found: (Offer | Drop)[] = [];
  const offers = new Map<string, Offer>();
  const take = (item: unknown): void => {
    if (!isObject(item)) {
      found.push(dropped('no-id', 'an item is no object'));
      return;
    }
    const id = idOf(item, options);
    if (id === null) return;
    if ('reason' in id) {
      found.push(dropped(id.reason, id.message));
      return;
    }
    const fields = fieldsOf(type, item, event, options);
    const details = readDetails(fields, (message) => found.push(dropped('invalid-field', message, id.id)));
    const known = offers.get(id.id);
    if (known && isBought(type)) known.details = together(known.details, details);
    if (!known) offers.set(id.id, { ...heard, type, itemId: id.id, details });
  };
  for (let at = 0; at < Math.min(count, MOST_ITEMS); at++) {
    try {
      take(items[at]);
    } catch (thrown) {
      found.push(dropped('failed', `an item cannot be read: ${wordsOf(thrown)}`));
    }
  }
  if (count > MOST_ITEMS) {
    found.push(dropped('too-many-items', `it has ${count} items; those after the first ${MOST_ITEMS} are left out`));
  }
  return [...found, ...offers.values()];
}

const isBought = (type: EventType): boolean => type === 'cart' || type === 'purchase';

type FoundId = { id: string } | { reason: 'no-id' | 'failed'; message: string };

function idOf(item: Record<string, unknown>, { itemId = 'item_id' }: Ga4Options): FoundId | null {
  let value: unknown;
  try {
    value = typeof itemId === 'function' ? itemId(item) : item[itemId];
  } catch (thrown) {
    return { reason: 'failed', message: `\`itemId\` failed: ${wordsOf(thrown)}` };
  }
  if (typeof itemId === 'function' && (value === null || value === undefined)) return null;
  const result = v.safeParse(idSchema, value);
  if (result.success) return { id: result.output };
  const where = typeof itemId === 'function' ? 'what `itemId` made of it' : `its \`${itemId}\``;
  return { reason: 'no-id', message: `an item without an id: ${where}: ${result.issues[0].message}` };
}

/** Item-level fields come before those of the event. */
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

/** Two lines of the same item, in two sizes say, are one event that is worth as much. */
function together(first: TrackDetails, second: TrackDetails): TrackDetails {
  const [a, b] = [first.quantity ?? 1, second.quantity ?? 1];
  const { price: _, ...rest } = first;
  const quantity = a + b;
  if (first.price === undefined || second.price === undefined || quantity === 0) return { ...rest, quantity };
  return { ...rest, quantity, price: (first.price * a + second.price * b) / quantity };
}
