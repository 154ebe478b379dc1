import { kept } from '../../core/common/grouped';
import type { Recommender, RerankOptions } from '../../device/protocol';
import { connectOnce } from './duplicates';
import { type Cell, cellsOf, exchangeable, fillPlaces, heldOrder } from './grid-cells';
import { ITEM, PLACEMENT, RECOMMENDATION } from './marked-element';
import { type AdapterOptions, messageOf, report } from './report';

/** The methods of a recommender that a grid needs. */
export type Ranker = Pick<Recommender, 'rerank'>;

/** Options of `connectGrid`. */
export interface GridOptions extends RerankOptions, AdapterOptions {
  /**
   * Root of the grids. Default: the document, which survives a router that replaces its body; `document.body` means the same. Any
   * other element is followed for as long as it is in the page.
   */
  root?: Document | ShadowRoot | Element;
  /** Name of the list in events, unless a `data-sidestream-placement` around the grid names one. */
  placement?: string;
  /**
   * Milliseconds after items were found during which the order may still move items in view; an order that arrives later leaves
   * those in place. Default 700.
   */
  wait?: number;
}

/** Marks a grid that is in its final order or keeps the shop's order. */
const RANKED = 'data-sidestream-ranked';
const WAIT = 700;

/**
 * Puts the items of the page's own grids (elements with `data-sidestream-item` inside those that match the selector) in the order
 * of `Recommender.rerank()`. It does so once, when the items are found, including grids and rows that are added later. Items that
 * come later are ordered among themselves. Nodes are moved in the document, which keeps the visual, keyboard and screen reader
 * order the same. Nodes that are not items, and the focused item, keep their places.
 *
 * A grid that is already ordered keeps its order, for instance when a router shows its copy of a page again. Connecting the same
 * selector, root and recommender again changes nothing.
 *
 * A grid gets `data-sidestream-ranked` once it is ordered, or once ordering has failed. Its items get
 * `data-sidestream-recommendation`, which `connectAttributes` uses to attribute clicks. Without a page (on a server) it does
 * nothing.
 * @param recommender the recommender, or a promise of it while it starts
 * @returns a function that disconnects; the order stays. Like the other adapters, it never throws: a wrong selector or option, or
 *   a failed ordering, is reported as `failed`
 */
export function connectGrid(
  recommender: Ranker | Promise<Ranker>,
  selector: string,
  options: GridOptions = {},
): () => void {
  if (typeof document === 'undefined') return () => undefined;
  const { root: given = document, wait = WAIT, placement, debug, onReport, ...ranking } = options;
  // Routers replace the body of the document, but never the document.
  const root = given === document.body ? document : given;
  const grids = new WeakMap<Element, Grid>();
  const ended = new AbortController();
  const ready = Promise.resolve(recommender);
  // A rejection is reported for every grid.
  ready.catch(() => undefined);
  const fail = (payload: unknown, thrown: unknown): void => {
    const message = messageOf(thrown);
    const received = { source: 'grid' as const, event: 'rerank', itemId: null, payload };
    report({ debug, onReport }, { outcome: 'dropped', ...received, reason: 'failed', message });
  };
  const wrong = wrongArgument(root, selector, wait);
  if (wrong) {
    fail(root, `connectGrid(): ${wrong}`);
    return () => undefined;
  }
  const view = viewRecord();
  const connection: GridConnection = { selector, placement, wait, ranking, view, ready, ended: ended.signal, fail };
  const scan = (): void => {
    for (const element of root.querySelectorAll(selector)) {
      const grid = kept(grids, element, () => new Grid(element, connection));
      if (isParsed(element)) grid.scan();
    }
  };
  scan();
  const changes = new MutationObserver((records) => {
    const nodes = records.flatMap(({ type, target, addedNodes }) => (type === 'attributes' ? target : [...addedNodes]));
    if (nodes.some((node) => node instanceof Element && concerns(node, selector))) scan();
  });
  changes.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: [ITEM] });
  document.addEventListener('DOMContentLoaded', scan, { signal: ended.signal });
  return connectOnce(ready, root, `grid ${selector}`, () => {
    ended.abort();
    changes.disconnect();
    view.observer.disconnect();
  });
}

/** State shared by the grids of one call. */
interface GridConnection {
  selector: string;
  placement: string | undefined;
  wait: number;
  ranking: RerankOptions;
  view: ReturnType<typeof viewRecord>;
  ready: Promise<Ranker>;
  ended: AbortSignal;
  /** Reports that a grid keeps its order. */
  fail(grid: Element, thrown: unknown): void;
}

class Grid {
  /** Ids of the items found so far. */
  readonly #known = new WeakMap<Element, string>();
  /** Number of them. */
  #count = 0;
  /** Orders are made one after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(
    private readonly element: Element,
    private readonly connection: GridConnection,
  ) {
    // An order that an earlier connection made, or that came with a copy of the grid, such as those that routers keep.
    if (element.hasAttribute(RANKED)) this.#note(this.#cells());
  }

  #note(cells: readonly Cell[]): void {
    for (const { item, node, id } of cells) {
      this.#known.set(item, id);
      this.#count++;
      this.connection.view.observer.observe(node);
    }
  }

  scan(): void {
    const { wait, ended, fail } = this.connection;
    const before = this.#count;
    const found = this.#cells().filter(({ item, id }) => this.#known.get(item) !== id);
    const batch = distinct(exchangeable(found));
    this.#note(found);
    if (batch.length === 0) return;
    const until = performance.now() + wait;
    this.#work = this.#work.then(async () => {
      try {
        if (!ended.aborted) await this.#order(batch, before, until);
      } catch (thrown) {
        fail(this.element, thrown);
      }
      if (!ended.aborted) this.element.setAttribute(RANKED, '');
    });
  }

  /**
   * Puts items in the shopper's order, within the places that they occupy.
   * @param batch in the shop's order
   * @param before number of earlier items of the grid: pins count from the first item
   * @param until time from which nodes that were in view stay where they are
   */
  async #order(batch: readonly Cell[], before: number, until: number): Promise<void> {
    const { ready, ranking, view, ended } = this.connection;
    const ranker = await ready;
    // Another connection of the page has these grids.
    if (ended.aborted) return;
    const options = before === 0 ? ranking : { ...ranking, pin: pinsAfter(before, ranking) };
    const holds = (node: Element): boolean => hasFocus(node) || (performance.now() > until && view.hasSeen(node));
    const asked = this.#cells(batch);
    const ranked = await ranker.rerank(
      asked.map(({ id }) => id),
      options,
    );
    if (ended.aborted) return;
    const now = this.#cells(batch);
    const items = new Set(now.map(({ item }) => item));
    const left = asked.filter(({ item }) => items.has(item));
    // The shop has sorted the grid meanwhile, perhaps at the shopper's request: that order counts.
    if (now.some(({ item }, at) => item !== left[at]?.item)) return;
    const cells = new Map(now.map((cell) => [cell.id, cell]));
    const wanted = ranked.ids.filter((id) => cells.has(id));
    const held = new Set(now.flatMap(({ id, node }) => (holds(node) ? id : [])));
    const order = heldOrder([...cells.keys()], wanted, held);
    fillPlaces(
      now,
      order.flatMap((id) => cells.get(id) ?? []),
    );
    this.#name(now, ranked.id);
  }

  /** The items, or the remaining items of a batch. */
  #cells(batch?: readonly Cell[]): Cell[] {
    const cells = cellsOf(this.element, this.connection.selector);
    if (!batch) return cells;
    const ids = new Map(batch.map(({ item, id }) => [item, id]));
    return cells.filter(({ item, id }) => ids.get(item) === id);
  }

  /** Marks on the page which response ordered the items, unless the shop names their list. */
  #name(cells: readonly Cell[], recommendationId: string): void {
    const { placement } = this.connection;
    if (placement && !this.element.closest(`[${PLACEMENT}]`)) this.element.setAttribute(PLACEMENT, placement);
    for (const { item } of cells) {
      if (!item.closest(`[${RECOMMENDATION}]`)) item.setAttribute(RECOMMENDATION, recommendationId);
    }
  }
}

/** Notes which nodes have been in view at some time. */
function viewRecord() {
  const seen = new WeakSet<Element>();
  const note = (entries: IntersectionObserverEntry[]): void => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      seen.add(target);
      observer.unobserve(target);
    }
  };
  const observer = new IntersectionObserver(note);
  const hasSeen = (node: Element): boolean => {
    note(observer.takeRecords());
    return seen.has(node);
  };
  return { observer, hasSeen };
}

function wrongArgument(root: ParentNode, selector: string, wait: unknown): string | null {
  if (typeof wait !== 'number' || !(wait >= 0)) return 'wait must be a number of milliseconds, 0 or more.';
  try {
    root.querySelector(selector);
    return null;
  } catch {
    return `"${selector}" is not a selector. Pass one that matches your grids, such as ".products".`;
  }
}

/** Whether an element is part of a grid or contains one. */
const concerns = (element: Element, selector: string): boolean =>
  element.closest(selector) !== null || element.querySelector(selector) !== null;

/** Whether the parser has closed an element. */
function isParsed(element: Element): boolean {
  if (document.readyState !== 'loading') return true;
  for (let at: Element | null = element; at; at = at.parentElement) if (at.nextSibling) return true;
  return false;
}

function hasFocus(node: Element): boolean {
  const root = node.getRootNode();
  return (root instanceof Document || root instanceof ShadowRoot) && node.contains(root.activeElement);
}

/** The pins of the options, shifted for items that follow earlier ones: positions count from the first item of the grid. */
const pinsAfter = (before: number, { pin = [] }: RerankOptions): RerankOptions['pin'] =>
  pin.flatMap(({ itemId, position }) => (position < before ? [] : { itemId, position: position - before }));

/** The first cell of each id; further cells with the same id keep their places. */
function distinct(cells: readonly Cell[]): Cell[] {
  const ids = new Set<string>();
  return cells.filter(({ id }) => !ids.has(id) && ids.add(id));
}
