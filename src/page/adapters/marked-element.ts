import type { TrackDetails } from '../../device/protocol';

/** The attribute of each detail of an event. */
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
export const { placement: PLACEMENT, position: POSITION, recommendationId: RECOMMENDATION } = ATTRIBUTES;
/** Attributes whose change gives an element another item or list. */
export const WATCHED = [ITEM, VIEW, ATTRIBUTES.placement, ATTRIBUTES.recommendationId];

/** The node that an adapter listens on: routers replace the body of the document, but never the document. */
export const pageRoot = (given: Document | ShadowRoot | Element = document): Document | ShadowRoot | Element =>
  given === document.body ? document : given;

/** The target of an event and its ancestors, innermost first, across shadow roots. */
export const around = (event: Event): Element[] =>
  event.composedPath().filter((target): target is Element => target instanceof Element);

export function ancestors(element: Element): Element[] {
  const chain: Element[] = [];
  for (let at: Element | null = element; at; at = at.parentElement) chain.push(at);
  return chain;
}

const nearest = (chain: readonly Element[], name: string): string | null =>
  chain.find((element) => element.hasAttribute(name))?.getAttribute(name) ?? null;

export function itemOf(chain: readonly Element[]): string | null {
  const element = chain.find((at) => at.hasAttribute(ITEM) || at.getAttribute(VIEW));
  return element?.getAttribute(ITEM) || element?.getAttribute(VIEW) || null;
}

export function detailsOf(chain: readonly Element[]): Partial<Record<keyof TrackDetails, unknown>> {
  return Object.fromEntries(Object.entries(ATTRIBUTES).map(([name, attribute]) => [name, nearest(chain, attribute)]));
}

/** Whether a chain contains a Sidestream element, which tracks its own events. */
export const inOwnElement = (chain: readonly Element[]): boolean =>
  chain.some(({ localName }) => localName === 'sidestream-recs');
