import type { ReactiveController } from 'lit';
import { onPageRecommender, pageBundle } from '../../client';
import type { List, RecommenderSource } from './list';
import { followConsentOf, sharedRecommender } from './shared-recommender';

/** Time for a page to set the recommender of a list without a bundle, ms; after that, the page has probably forgotten it. */
const SOURCE_TIMEOUT = 10_000;
/** How far from the screen a lazy list begins to load. */
const NEAR = '400px';

/** Finds the recommender of a list: its own one, one for its bundle, or the page's. */
export class ListSource implements ReactiveController {
  overdue = false;
  /** Whether a lazy list is, or has been, close to the viewport. */
  #near = false;
  #observer: IntersectionObserver | undefined;
  #timeout: ReturnType<typeof setTimeout> | undefined;
  #changeTimer: ReturnType<typeof setTimeout> | undefined;
  #endObserving: () => void = () => undefined;

  constructor(private readonly list: List) {
    list.host.addController(this);
  }

  use(): void {
    this.list.use(this.#source());
  }

  hostConnected(): void {
    this.#endObserving = onPageRecommender(this.#onPageRecommender);
    // The recommender may have been created while the element was elsewhere.
    this.#onPageRecommender();
  }

  hostUpdate(): void {
    if (this.#found) this.overdue = false;
  }

  hostUpdated(): void {
    clearTimeout(this.#timeout);
    // An update may arrive after the list left the page.
    if (this.#found || this.overdue || !this.list.host.isConnected) return;
    this.#timeout = setTimeout(() => {
      this.overdue = true;
      this.list.view.missing();
      this.list.host.requestUpdate();
    }, SOURCE_TIMEOUT);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timeout);
    clearTimeout(this.#changeTimer);
    this.#changeTimer = undefined;
    this.#endObserving();
  }

  get #found(): boolean {
    const { recommender, bundle } = this.list.host;
    return !!(recommender || bundle || this.list.recommender);
  }

  /** Not at once: the script that created a recommender may be about to give it to lists. */
  readonly #onPageRecommender = (): void => {
    this.#changeTimer ??= setTimeout(() => {
      this.#changeTimer = undefined;
      if (this.list.host.hasUpdated && !this.#found && pageBundle()) this.use();
    });
  };

  #source(): RecommenderSource | null {
    const { recommender, bundle, namespace, market, workerUrl, consent, lazy } = this.list.host;
    if (lazy && !this.#isNear()) {
      // A refusal does not wait until the list is close to the viewport.
      if (bundle && consent && !recommender) void followConsentOf(namespace, consent, null);
      return null;
    }
    this.list.view.waiting();
    if (recommender) return () => Promise.resolve(recommender);
    const found = bundle ? { bundle, namespace, market, workerUrl, consent } : pageBundle();
    return found && ((onProgress) => sharedRecommender({ ...found, onProgress }));
  }

  /** Starts waiting until a lazy list is close to the viewport, if the browser can tell. */
  #isNear(): boolean {
    if (!globalThis.IntersectionObserver) return true;
    if (!this.#observer) {
      const observer = new IntersectionObserver(
        (entries) => {
          if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
          observer.disconnect();
          this.#near = true;
          if (this.list.recommender) this.list.host.requestUpdate();
          else this.use();
        },
        { rootMargin: NEAR },
      );
      this.#observer = observer;
      observer.observe(this.list.host);
    }
    return this.#near;
  }
}
