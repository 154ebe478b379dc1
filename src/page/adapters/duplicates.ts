import type { EventType } from '../../device/protocol';
import { around, inOwnElement } from './marked-element';

/** Time within which two reports of one event are duplicates, ms. */
const WINDOW = 1000;
/** Time within which a page reports a cart that an element has tracked, ms: it does so once its server has answered. */
const CART_WINDOW = 10_000;

/** Last report of an event type and item, by `type item`, for all adapters of a recommender, by its core. */
const lastReports = new WeakMap<object, Map<string, { source: string; time: number }>>();

/**
 * Records that a source reported an event for a recommender.
 * @returns another source that reported the same event less than a second before, if there is one
 */
export function reportedBefore(
  core: object,
  type: EventType,
  itemId: string,
  source: string,
  time: number,
): string | undefined {
  const reports = lastReports.get(core) ?? new Map<string, { source: string; time: number }>();
  lastReports.set(core, reports);
  for (const [key, { time: then }] of reports) if (time - then >= WINDOW) reports.delete(key);
  const key = `${type} ${itemId}`;
  const last = reports.get(key);
  if (last && last.source !== source) return last.source;
  reports.set(key, { source, time });
  return undefined;
}

/** The fields of `itemclick`, `recommend` and `addtocart` that are needed here. */
interface ElementDetail {
  item?: { id: string };
  placement?: string;
  items?: { item: { id: string } }[];
}

/**
 * Events that the elements of a page track by themselves: clicks on their cards, impressions of the items they show, carts. It
 * listens at the window in the capture phase, before any listener of the page can push the same event.
 */
export class ElementEvents {
  readonly #ended = new AbortController();
  readonly #clicked = new Map<string, number>();
  readonly #added = new Map<string, { event: Event; time: number }>();
  readonly #shown = new Map<EventTarget, { placement: string | undefined; ids: Set<string> }>();

  constructor() {
    if (typeof window === 'undefined') return;
    const options = { capture: true, signal: this.#ended.signal };
    // The page may have events of these names, with any detail.
    const detailOf = (event: Event): ElementDetail =>
      (inOwnElement(around(event)) && (event as CustomEvent<ElementDetail | null>).detail) || {};
    window.addEventListener(
      'itemclick',
      (event) => {
        const { item } = detailOf(event);
        if (item) this.#clicked.set(item.id, Date.now());
      },
      options,
    );
    window.addEventListener(
      'addtocart',
      (event) => {
        const { items } = detailOf(event);
        if (!Array.isArray(items)) return;
        for (const entry of items) if (entry?.item) this.#added.set(entry.item.id, { event, time: Date.now() });
      },
      options,
    );
    window.addEventListener(
      'recommend',
      (event) => {
        const { placement, items = [] } = detailOf(event);
        this.#forgetListsThatLeft();
        if (event.target) this.#shown.set(event.target, { placement, ids: new Set(items.map(({ item }) => item.id)) });
      },
      options,
    );
  }

  /** Whether an element tracks this event. @param placement of the event; undefined for any */
  has(type: EventType, itemId: string, placement: string | undefined): boolean {
    if (type === 'click') return Date.now() - (this.#clicked.get(itemId) ?? 0) < WINDOW;
    if (type !== 'impression') return false;
    this.#forgetListsThatLeft();
    for (const shown of this.#shown.values()) {
      if (shown.ids.has(itemId) && (placement === undefined || placement === shown.placement)) return true;
    }
    return false;
  }

  /**
   * Whether an element tracks this cart: an "add to cart" button of it was pressed less than 10 s before, and the page did not
   * prevent that. Ask once the listeners of the page have run, since any of them may.
   */
  hasCart(itemId: string, time: number): boolean {
    const added = this.#added.get(itemId);
    return added !== undefined && time - added.time < CART_WINDOW && !added.event.defaultPrevented;
  }

  close(): void {
    this.#ended.abort();
    this.#shown.clear();
  }

  #forgetListsThatLeft(): void {
    for (const list of this.#shown.keys()) if (list instanceof Node && !list.isConnected) this.#shown.delete(list);
  }
}
