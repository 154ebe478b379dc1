import type { Recommender, RecommendRequest, RecommendResponse } from '../../../device/protocol';
import { coreOf } from '../../client';

/** The part of an element by which lists are put into reading order. */
export type Placed = Pick<Node, 'compareDocumentPosition'>;

/**
 * Whether `one` comes before `other` in the document. 4 is `Node.DOCUMENT_POSITION_FOLLOWING`, written out for environments
 * without Node.
 */
const isBefore = (one: Placed, other: Placed): boolean => (one.compareDocumentPosition(other as Node) & 4) > 0;

/**
 * Lists of one recommender send their requests one after another, in reading order. Each thus excludes the items of earlier lists
 * at the first try, and lists with equal requests share one response.
 */
export class RequestTurns {
  readonly #waiting = new Map<Placed, () => Promise<void>>();
  readonly #responses = new Map<string, Promise<RecommendResponse>>();
  /** Lists that had their turn since the responses were last cleared. */
  readonly #served = new Set<Placed>();
  #serving = false;

  constructor(private readonly recommender: Pick<Recommender, 'recommend'>) {}

  /**
   * Runs `work` when it is the list's turn; resolves when the work is done.
   * @param work must not reject; it calls `request`.
   */
  take(list: Placed, work: () => Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.set(list, () => work().finally(resolve));
      if (!this.#serving) void this.#serve();
    });
  }

  /** The response to a request, shared by all lists that send an equal request in the same round. */
  request(request: RecommendRequest): Promise<RecommendResponse> {
    const key = JSON.stringify(request);
    const response = this.#responses.get(key) ?? this.recommender.recommend(request);
    this.#responses.set(key, response);
    return response;
  }

  async #serve(): Promise<void> {
    this.#serving = true;
    // Elements of a page are upgraded one by one: all of them join before the first is served.
    await new Promise((resolve) => setTimeout(resolve));
    while (this.#waiting.size > 0) {
      const first = [...this.#waiting.keys()].reduce((one, other) => (isBefore(other, one) ? other : one));
      const work = this.#waiting.get(first);
      this.#waiting.delete(first);
      // A list that comes a second time needs a new response.
      if (this.#served.has(first)) this.#clear();
      this.#served.add(first);
      await work?.();
    }
    this.#clear();
    this.#serving = false;
  }

  #clear(): void {
    this.#responses.clear();
    this.#served.clear();
  }
}

const turns = new WeakMap<Recommender, RequestTurns>();

export function turnsOf(recommender: Recommender): RequestTurns {
  const known = turns.get(recommender) ?? new RequestTurns(recommender);
  turns.set(recommender, known);
  return known;
}

/** The part of an element by which it is known whether the page shows it. */
type Shown = Placed & { readonly state: string; checkVisibility?(): boolean };

/**
 * False while the page does not render an element, for instance on a page that a framework keeps for later. An element that hides
 * itself counts as rendered, because it may already have something to show, and so does every element in browsers that cannot tell.
 */
export const isRendered = (host: Shown): boolean => host.state === 'hidden' || (host.checkVisibility?.() ?? true);

/** A list of the page, as other lists see it. */
export interface PageList {
  readonly host: Shown;
  readonly recommender: Recommender | null;
  /** Ids of the items that it shows. */
  readonly ids: readonly string[];
  /** Called when an earlier list took items of this one, which then needs other items. */
  taken(): void;
}

const lists = new Set<PageList>();

/**
 * Notes that a list shows other items. Lists of the same recommender that come later in the document and show one of these items are
 * refreshed; the first list in reading order keeps the item. A list that is not rendered takes no items.
 */
export function takeItems(list: PageList): void {
  lists.add(list);
  const taken = new Set(list.ids);
  for (const other of lists) if (comesAfter(other, list) && other.ids.some((id) => taken.has(id))) other.taken();
}

/** Frees the items of a list that left the page. */
export function freeItems(list: PageList): void {
  lists.delete(list);
}

/** Items shown by rendered lists of the same recommender that come earlier in the document. */
export function itemsShownBefore(list: PageList): string[] {
  return [...lists].flatMap((other) => (comesAfter(list, other) ? other.ids : []));
}

function comesAfter(list: PageList, earlier: PageList): boolean {
  const [one, other] = [list.recommender, earlier.recommender];
  return (
    !!one && !!other && isRendered(earlier.host) && coreOf(one) === coreOf(other) && isBefore(earlier.host, list.host)
  );
}
