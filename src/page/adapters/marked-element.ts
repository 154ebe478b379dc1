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
const WATCHED = [ITEM, VIEW, ATTRIBUTES.placement, ATTRIBUTES.recommendationId];

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

/** How long an element must be in view, ms, and how much of it must be visible for an impression. */
const DWELL = 1000;
const SHARE = 0.5;
/** Time within which a burst of page changes causes a single scan, ms. */
const SCAN_DELAY = 100;

interface Watched {
  /** Type, item and list as JSON; when it changes, the element may be reported again. */
  subject: string;
  type: 'view' | 'impression';
  seen: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * Reports when marked elements of the page were seen: item pages (`data-sidestream-view`) once any part has been in view for a
 * second, and items of a list with a placement or a recommendation once half of the element has. It also finds elements that are
 * added later or get another item.
 */
export class ImpressionObserver {
  readonly #watched = new Map<Element, Watched>();
  readonly #views: IntersectionObserver;
  readonly #changes: MutationObserver;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly seen: (element: Element, type: 'view' | 'impression') => void) {
    const moved = (entries: IntersectionObserverEntry[]): void => {
      for (const entry of entries) this.#moved(entry);
    };
    this.#views = new IntersectionObserver(moved, { threshold: [0, SHARE] });
    this.#changes = new MutationObserver(() => {
      this.#timer ??= setTimeout(() => this.#scan(), SCAN_DELAY);
    });
    this.#changes.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: WATCHED });
    this.#scan();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#changes.disconnect();
    this.#views.disconnect();
    for (const { timer } of this.#watched.values()) clearTimeout(timer);
    this.#watched.clear();
  }

  #scan(): void {
    this.#timer = undefined;
    const found = new Set(document.querySelectorAll(`[${ITEM}], [${VIEW}]`));
    for (const [element, { timer }] of this.#watched) {
      if (found.has(element)) continue;
      clearTimeout(timer);
      this.#views.unobserve(element);
      this.#watched.delete(element);
    }
    for (const element of found) this.#watch(element);
  }

  #watch(element: Element): void {
    const chain = ancestors(element);
    const { placement, recommendationId } = detailsOf(chain);
    const type = element.hasAttribute(VIEW) ? 'view' : 'impression';
    if (inOwnElement(chain) || (type === 'impression' && !placement && !recommendationId)) return;
    const subject = JSON.stringify([type, itemOf(chain), placement, recommendationId]);
    const known = this.#watched.get(element);
    if (known?.subject === subject) return;
    clearTimeout(known?.timer);
    this.#watched.set(element, { subject, type, seen: false, timer: undefined });
    // Observing the element again yields a new entry even if it did not move.
    this.#views.unobserve(element);
    this.#views.observe(element);
  }

  #moved({ target, isIntersecting, intersectionRatio }: IntersectionObserverEntry): void {
    const watched = this.#watched.get(target);
    if (!watched || watched.seen) return;
    // Rounding leaves an element that is exactly half in view a hair below the threshold.
    const inView = isIntersecting && (watched.type === 'view' || intersectionRatio >= SHARE - 0.01);
    if (!inView) {
      clearTimeout(watched.timer);
      watched.timer = undefined;
      return;
    }
    watched.timer ??= setTimeout(() => {
      watched.timer = undefined;
      if (document.visibilityState === 'hidden') return;
      watched.seen = true;
      this.seen(target, watched.type);
    }, DWELL);
  }
}
