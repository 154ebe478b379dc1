import type { TrackDetails } from '../protocol';

/** Attributes that say what an element is about, by our names. */
const ATTRIBUTES: Record<keyof TrackDetails, string> = {
  quantity: 'data-sidestream-quantity',
  price: 'data-sidestream-price',
  currency: 'data-sidestream-currency',
  position: 'data-sidestream-position',
  placement: 'data-sidestream-placement',
  recommendationId: 'data-sidestream-recommendation',
  transactionId: 'data-sidestream-transaction',
};

export const ITEM = 'data-sidestream-item';
export const VIEW = 'data-sidestream-view';
export const EVENT = 'data-sidestream-event';
/** Attributes whose change makes an element be about something else. */
export const WATCHED = [ITEM, VIEW, ATTRIBUTES.placement, ATTRIBUTES.recommendationId];

/** The element that an event came from and all around it, innermost first, through shadow roots. */
export const around = (event: Event): Element[] =>
  event.composedPath().filter((target): target is Element => target instanceof Element);

/** An element and all around it, innermost first. */
export function ancestors(element: Element): Element[] {
  const chain: Element[] = [];
  for (let at: Element | null = element; at; at = at.parentElement) chain.push(at);
  return chain;
}

/** What the nearest element that has an attribute says in it. */
const nearest = (chain: readonly Element[], name: string): string | null =>
  chain.find((element) => element.hasAttribute(name))?.getAttribute(name) ?? null;

/** Id of the item that a chain of elements is about: of the nearest item or view; null without any. */
export function itemOf(chain: readonly Element[]): string | null {
  const element = chain.find((at) => at.hasAttribute(ITEM) || at.getAttribute(VIEW));
  return element?.getAttribute(ITEM) || element?.getAttribute(VIEW) || null;
}

/** What a chain of elements says of an event, unread. */
export function detailsOf(chain: readonly Element[]): Partial<Record<keyof TrackDetails, unknown>> {
  return Object.fromEntries(Object.entries(ATTRIBUTES).map(([name, attribute]) => [name, nearest(chain, attribute)]));
}

/** Whether the elements of Sidestream are among them, which track by themselves. */
export const inOwnElement = (chain: readonly Element[]): boolean =>
  chain.some(({ localName }) => localName === 'sidestream-recs');
