import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Recommender } from '../../../device/protocol';
import { onPageRecommender } from '../../client';

/** Time for a page to set the recommender of a list without a bundle, ms; after that, the page has probably forgotten it. */
const SOURCE_TIMEOUT = 10_000;

/** The properties that determine the recommender of a list, and its present recommender. */
type SourceHost = ReactiveControllerHost & {
  bundle: string;
  recommender: Recommender | null;
  readonly activeRecommender: Recommender | null;
  readonly isConnected: boolean;
};

/** Whether a list has had neither bundle nor recommender for 10 s, and the page offers no recommender for it. */
export class SourceTimeout implements ReactiveController {
  overdue = false;
  readonly #host: SourceHost;
  readonly #expired: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param expired called when the time is over */
  constructor(host: SourceHost, expired: () => void) {
    this.#host = host;
    this.#expired = expired;
    host.addController(this);
  }

  get #found(): boolean {
    const { recommender, bundle, activeRecommender } = this.#host;
    return !!(recommender || bundle || activeRecommender);
  }

  hostUpdate(): void {
    if (this.#found) this.overdue = false;
  }

  hostUpdated(): void {
    clearTimeout(this.#timer);
    // An update may arrive after the list left the page.
    if (this.#found || this.overdue || !this.#host.isConnected) return;
    this.#timer = setTimeout(() => {
      this.overdue = true;
      this.#expired();
      this.#host.requestUpdate();
    }, SOURCE_TIMEOUT);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }
}

/** Calls a function whenever the page's recommender may have changed, for as long as an element is in the page. */
export class PageRecommenderObserver implements ReactiveController {
  readonly #changed: () => void;
  #end: () => void = () => undefined;

  /** @param changed not called at once: the script that created a recommender may be about to give it to lists */
  constructor(host: ReactiveControllerHost, changed: () => void) {
    this.#changed = changed;
    host.addController(this);
  }

  hostConnected(): void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wait = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        this.#changed();
      });
    };
    const end = onPageRecommender(wait);
    this.#end = () => {
      clearTimeout(timer);
      end();
    };
    // The recommender may have been created while the element was elsewhere.
    wait();
  }

  hostDisconnected(): void {
    this.#end();
  }
}
