import type { EventType } from '../protocol';
import { around, inOwnElement } from './marked-element';

/** Time in which a page's own word of a click follows the element's, ms. */
const ECHO = 1000;

/** Of `itemclick` and `recommend`, as far as it matters here. */
interface ElementDetail {
  item?: { id: string };
  placement?: string;
  items?: { item: { id: string } }[];
}

/**
 * What the elements of a page track by themselves: clicks just made on their cards, impressions of what they show. Heard at
 * the window while the event goes down, before any listener of the page can push word of it.
 */
export class ElementEcho {
  readonly #ended = new AbortController();
  readonly #clicked = new Map<string, number>();
  readonly #shown = new Map<EventTarget, { placement: string | undefined; ids: Set<string> }>();

  constructor() {
    if (typeof window === 'undefined') return;
    const options = { capture: true, signal: this.#ended.signal };
    // Others may have events of these names, with anything in them.
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
      'recommend',
      (event) => {
        const { placement, items = [] } = detailOf(event);
        if (event.target) this.#shown.set(event.target, { placement, ids: new Set(items.map(({ item }) => item.id)) });
      },
      options,
    );
  }

  /** Whether an element tells of this event. @param placement of the event; undefined for any */
  has(type: EventType, itemId: string, placement: string | undefined): boolean {
    if (type === 'click') return Date.now() - (this.#clicked.get(itemId) ?? 0) < ECHO;
    if (type !== 'impression') return false;
    for (const [list, shown] of this.#shown) {
      if (list instanceof Node && !list.isConnected) this.#shown.delete(list);
      else if (shown.ids.has(itemId) && (placement === undefined || placement === shown.placement)) return true;
    }
    return false;
  }

  close(): void {
    this.#ended.abort();
  }
}
