import { EVENT_STRENGTH, type EventType } from '../../../src/core/events';

/** How logs call the events that say more or less than a click, in lower case without `_`, `-` and spaces. GA4's names are among them. */
const NAMES: Partial<Record<EventType, string>> = {
  impression: 'impression impressions exposure shown viewitemlist viewpromotion viewcart viewsearchresults',
  view: 'view viewitem itemview productview viewproduct pageview detail detailview pdpview',
  cart: 'cart addtocart addcart cartadd addtobasket basket begincheckout checkout addtowishlist',
  purchase: 'purchase order transaction buy sale',
  uncart: 'removefromcart cartremove removefrombasket uncart refund return',
  dismiss: 'dismiss undismiss hide dislike',
};
const TYPE_OF = new Map(
  Object.entries(NAMES).flatMap(([type, names]) => names.split(' ').map((name) => [name, type as EventType] as const)),
);

export function isPurchase(name: unknown): boolean {
  return typeof name === 'string' && typeOf(name) === 'purchase';
}

export const isImpression = (name: string): boolean => typeOf(name) === 'impression';

/**
 * How much an event of a log says about what its shopper likes, as on the device (see `EVENT_STRENGTH`); 0 for an event that is no
 * choice, such as an impression. Unknown types, and events without one, count as clicks.
 */
export function strengthOf(name: string | null | undefined): number {
  return EVENT_STRENGTH[typeOf(name ?? '')];
}

/** @param name how a log calls the type of an event */
function typeOf(name: string): EventType {
  return TYPE_OF.get(name.toLowerCase().replace(/[\s_-]/g, '')) ?? 'click';
}
