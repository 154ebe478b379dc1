import { kept } from '../../core/common/grouped';
import { coreOf, type EventType } from '../../device/protocol';
import { around, inOwnElement } from './marked-element';

interface Holder {
  recommender: object;
  standDown: () => void;
}

/** Who reads a source, by the recommender's core, the name of the connection and the source. */
const taken = new WeakMap<object, Map<string, WeakMap<object, Holder>>>();

/**
 * Allows one connection of a name per recommender and source. A router that puts the body of another document into the page
 * runs its scripts again, and a second connection would track every event twice.
 * @param recommender the source is claimed once it is available
 * @param name distinguishes adapters, and connections that read one source in different ways
 * @param end ends the connection. It gets true if another connection has the source, before later callbacks of the promise run; also
 *   later, if the page closes the recommender without ending the connection and then connects another handle
 * @returns a function that disconnects
 */
export function connectOnce(
  recommender: Promise<object>,
  source: object,
  name: string,
  end: (isRedundant: boolean) => void,
): () => void {
  let ended = false;
  let sources: WeakMap<object, Holder> | undefined;
  const standDown = (): void => disconnect(true);
  const disconnect = (isRedundant: boolean): void => {
    ended = true;
    // Another connection may own it now.
    if (sources?.get(source)?.standDown === standDown) sources.delete(source);
    end(isRedundant);
  };
  const claim = (given: object): void => {
    if (ended) return;
    const core = coreOf(given);
    const names = kept(taken, core, () => new Map<string, WeakMap<object, Holder>>());
    sources = kept(names, name, () => new WeakMap<object, Holder>());
    const holder = sources.get(source);
    if (holder && coreOf(holder.recommender) === core) {
      standDown();
      return;
    }
    holder?.standDown();
    sources.set(source, { recommender: given, standDown });
  };
  // The code that uses the recommender reports a rejection.
  recommender.then(claim, () => undefined);
  return () => disconnect(false);
}

/** Time within which two reports of one event are duplicates, ms. */
const WINDOW = 1000;
/**
 * Time within which a page reports a cart event that an element has already tracked, ms: pages do so once their server has
 * answered.
 */
const CART_WINDOW = 10_000;

/** The last report of each event type and item (key `type item`) from all adapters of a recommender, by the recommender's core. */
const lastReports = new WeakMap<object, Map<string, { source: string; time: number }>>();

/**
 * Records that a source reported an event for a recommender.
 * @returns another source that reported the same event less than a second before, if any
 */
export function reportedBefore(
  core: object,
  type: EventType,
  itemId: string,
  source: string,
  time: number,
): string | undefined {
  const reports = kept(lastReports, core, () => new Map<string, { source: string; time: number }>());
  for (const [key, { time: then }] of reports) if (time - then >= WINDOW) reports.delete(key);
  const key = `${type} ${itemId}`;
  const last = reports.get(key);
  if (last && last.source !== source) return last.source;
  reports.set(key, { source, time });
  return undefined;
}

/** The fields of `itemclick`, `recommend` and `addtocart` that are used here. */
interface ElementDetail {
  item?: { id: string };
  placement?: string;
  items?: { item: { id: string } }[];
}

/**
 * Events that the elements of a page track themselves: clicks on their cards, impressions of the items they show, and carts. It
 * listens on the window in the capture phase, before any listener of the page can push the same event.
 */
export class ElementEvents {
  readonly #ended = new AbortController();
  readonly #clicked = new Map<string, number>();
  readonly #added = new Map<string, { event: Event; time: number }>();
  readonly #shown = new Map<EventTarget, { placement: string | undefined; ids: Set<string> }>();

  constructor() {
    if (typeof window === 'undefined') return;
    // The page may dispatch its own events with these names and any detail.
    const detailOf = (event: Event): ElementDetail =>
      (inOwnElement(around(event)) && (event as CustomEvent<ElementDetail | null>).detail) || {};
    const listening = { capture: true, signal: this.#ended.signal };
    const listen = (type: string, onElement: (detail: ElementDetail, event: Event) => void): void =>
      window.addEventListener(type, (event) => onElement(detailOf(event), event), listening);
    listen('itemclick', ({ item }) => {
      if (item) this.#clicked.set(item.id, Date.now());
    });
    listen('addtocart', ({ items }, event) => {
      if (!Array.isArray(items)) return;
      for (const entry of items) if (entry?.item) this.#added.set(entry.item.id, { event, time: Date.now() });
    });
    listen('recommend', ({ placement, items = [] }, { target }) => {
      this.#forgetListsThatLeft();
      if (target) this.#shown.set(target, { placement, ids: new Set(items.map(({ item }) => item.id)) });
    });
  }

  /** Whether an element tracks this event. @param placement placement of the event; undefined for any */
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
   * Whether an element tracks this cart event: one of its "add to cart" buttons was pressed less than 10 s before, and the page
   * did not prevent it. Call this only after the page's listeners have run, because any of them may prevent it.
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
