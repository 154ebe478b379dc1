import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Recommender } from '../../device/protocol';
import { coreOf, onPageRecommender, pageRecommender } from '../client';
import { type SharedKey, sharedRecommender } from './list/shared-recommender';

/** Elements whose recommender others use. */
const LISTS = 'sidestream-recs, sidestream-rows';
type Lister = Element & { activeRecommender?: Recommender | null };

type Host = ReactiveControllerHost &
  Element & {
    recommender: Recommender | null;
    readonly hasUpdated: boolean;
  };

/**
 * The recommender of an element other than a list: the one it was given, otherwise that of its bundle, otherwise the recommender of the
 * first list that has one, otherwise the page's own. It is used while the element is in the page; later ones replace it.
 */
export class FoundRecommender implements ReactiveController {
  value: Recommender | null = null;
  /** The bundle whose recommender is used and not another one, and that recommender once it has started. */
  #shared: { key: SharedKey; recommender: Recommender | null } | null = null;
  #endUse: (() => void)[] | null = null;
  #endSearch: () => void = () => undefined;

  /**
   * @param use called with the recommender, and whether it is a different one rather than another handle of the same; returns the
   *   functions that unsubscribe
   */
  constructor(
    private readonly host: Host,
    private readonly use: (recommender: Recommender, isOther: boolean) => (() => void)[],
  ) {
    host.addController(this);
  }

  /** Whether it waits for the recommender of a bundle, and uses no other one until then. */
  get waits(): boolean {
    return this.#shared?.recommender === null && !this.host.recommender;
  }

  /**
   * Uses the recommender of a bundle once it has started, unless the element was given one.
   * @throws what the start rejects with
   */
  async share(key: SharedKey): Promise<void> {
    const shared = key.bundle ? { key, recommender: null } : null;
    this.#shared = shared;
    if (!shared || this.host.recommender) return;
    try {
      const recommender = await sharedRecommender(key);
      if (this.#shared !== shared) return;
      this.#shared = { key, recommender };
      // It may be the previous one.
      this.#stop();
      this.find();
    } catch (thrown) {
      if (this.#shared === shared) throw thrown;
    }
  }

  /** Looks for the recommender and uses it. @returns whether it is a different one */
  readonly find = (): boolean => {
    // An update may arrive after the element left the page.
    if (!this.host.isConnected || this.waits) return false;
    const before = this.value;
    const host: Element = this.host;
    const lists = [...document.querySelectorAll<Lister>(LISTS)].filter((list) => list !== host);
    // Until its module is loaded, an element does not have its properties.
    const active = lists.find((list) => list.activeRecommender)?.activeRecommender;
    const own = this.host.recommender ?? this.#shared?.recommender;
    const found = own ?? active ?? pageRecommender() ?? before;
    if (!found || (found === before && this.#endUse)) return false;
    this.#stop();
    this.value = found;
    // Each list and the page have their own handle of one recommender.
    const isOther = before === null || coreOf(found) !== coreOf(before);
    this.#endUse = this.use(found, isOther);
    return isOther;
  };

  hostConnected(): void {
    document.addEventListener('recommend', this.find);
    this.#endSearch = onPageRecommender(this.find);
    if (this.host.hasUpdated) this.find();
  }

  hostDisconnected(): void {
    document.removeEventListener('recommend', this.find);
    this.#endSearch();
    this.#stop();
  }

  #stop(): void {
    for (const end of this.#endUse ?? []) end();
    this.#endUse = null;
  }
}
