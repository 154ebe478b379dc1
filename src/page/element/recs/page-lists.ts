import type {
  Progress,
  Recommender,
  RecommenderOptions,
  RecommendRequest,
  RecommendResponse,
} from '../../../device/protocol';
import { bundleAddress, coreOf, startRecommender } from '../../client';

/** Options by which elements share one recommender; `onProgress` receives its start, from the first byte on. */
export interface SharedKey
  extends Pick<RecommenderOptions, 'bundle' | 'namespace' | 'market' | 'workerUrl' | 'onProgress'> {
  /** The attribute `consent` of the element. */
  consent?: string;
}

interface Shared {
  recommender: Promise<Recommender>;
  /** Progress callbacks of the callers that wait for it. */
  callbacks: Set<SharedKey['onProgress']>;
}

const shared = new Map<string, Shared>();

/**
 * The page's single recommender for a bundle and namespace, created by the first caller and shared by all further ones: five
 * lists on a page cost one worker, even if `createRecommender()` started it with the shop's options or does so later. It lives as
 * long as the page. After a failed start, the next call tries again.
 *
 * With `consent`, it starts without reading the device's data, and then follows the named tool.
 * @throws the error that `createRecommender` rejects with
 */
export async function sharedRecommender(key: SharedKey): Promise<Recommender> {
  const { bundle, namespace = 'default', market = '', workerUrl = '', consent, onProgress } = key;
  const folder = bundleAddress(bundle);
  const name = `${namespace} ${folder} ${market} ${workerUrl}`;
  let entry = shared.get(name);
  if (!entry) {
    const callbacks: Shared['callbacks'] = new Set();
    const report = (progress: Progress) => {
      for (const callback of callbacks) callback?.(progress);
    };
    entry = {
      recommender: startRecommender(
        {
          bundle: folder,
          namespace,
          onProgress: report,
          ...(market ? { market } : {}),
          ...(workerUrl ? { workerUrl } : {}),
        },
        consent ? 'pending' : undefined,
      ),
      callbacks,
    };
    shared.set(name, entry);
  }
  const { recommender, callbacks } = entry;
  callbacks.add(onProgress);
  // From the first moment on: a refusal needs no recommender and may come while the bundle is loading, or after it failed to
  // load.
  const followed = consent && followConsentOf(namespace, consent, recommender);
  try {
    const started = await recommender;
    await followed;
    return started;
  } catch (thrown) {
    shared.delete(name);
    throw thrown;
  } finally {
    callbacks.delete(onProgress);
  }
}

/**
 * Follows the consent tool that an attribute names. Resolves once the tool's present answer has been carried out, and never
 * rejects.
 * @param recommender null for a list that does not start one yet: until then, only refusals are carried out
 */
export async function followConsentOf(
  namespace: string,
  consent: string,
  recommender: Promise<Recommender> | null,
): Promise<void> {
  try {
    const { follow } = await import('./consent');
    await follow(namespace, consent, recommender);
  } catch (thrown) {
    // If its code does not load, nothing is written.
    reportError(thrown);
  }
}

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

/** A list of the page, as other lists see it. */
export interface PageList extends Placed {
  readonly activeRecommender: Recommender | null;
  /**
   * False while the page does not render it, for instance on a page that a framework keeps for later. It then takes no items from
   * other lists.
   */
  readonly rendered: boolean;
  /** Called when an earlier list took items of this one, which then needs other items. */
  taken(): void;
}

const shown = new Map<PageList, string[]>();

/**
 * Records which items a list shows. Lists of the same recommender that come later in the document and show one of these items are
 * refreshed; the first list in reading order keeps the item. A list that is not rendered takes no items.
 */
export function setShownItems(list: PageList, ids: string[]): void {
  shown.set(list, ids);
  const taken = new Set(ids);
  for (const [other, theirs] of shown) {
    if (comesAfter(other, list) && theirs.some((id) => taken.has(id))) other.taken();
  }
}

export function deleteShownItems(list: PageList): void {
  shown.delete(list);
}

/** Items shown by rendered lists of the same recommender that come earlier in the document. */
export function itemsShownBefore(list: PageList): string[] {
  return [...shown].flatMap(([other, ids]) => (comesAfter(list, other) ? ids : []));
}

function comesAfter(list: PageList, earlier: PageList): boolean {
  const [one, other] = [list.activeRecommender, earlier.activeRecommender];
  return !!one && !!other && earlier.rendered && coreOf(one) === coreOf(other) && isBefore(earlier, list);
}
