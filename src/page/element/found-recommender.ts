import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Recommender } from '../../device/protocol';
import { coreOf, onPageRecommender, pageRecommender } from '../client';

/** An element that can be given a recommender. */
type Host = ReactiveControllerHost & { recommender: Recommender | null; readonly hasUpdated: boolean };

/**
 * Finds the recommender of an element other than a list: the one it was given, otherwise the recommender of the first list that
 * has one, otherwise the page's own.
 */
export class FoundRecommender implements ReactiveController {
  readonly #host: Host;
  readonly #changed: () => void;
  #end: () => void = () => undefined;

  /**
   * @param changed called while the element is in the page when the result may differ: a list was shown, or the page created or
   *   closed a recommender
   */
  constructor(host: Host, changed: () => void) {
    this.#host = host;
    this.#changed = changed;
    host.addController(this);
  }

  get value(): Recommender | null {
    const lists = [...document.querySelectorAll('sidestream-recs')];
    // Until its module is loaded, an element has none of its properties.
    const active = lists.find((list) => list.activeRecommender)?.activeRecommender;
    return this.#host.recommender ?? active ?? pageRecommender();
  }

  hostConnected(): void {
    document.addEventListener('recommend', this.#changed);
    const end = onPageRecommender(this.#changed);
    this.#end = () => {
      document.removeEventListener('recommend', this.#changed);
      end();
    };
    if (this.#host.hasUpdated) this.#changed();
  }

  hostDisconnected(): void {
    this.#end();
  }
}

/** Whether two handles belong to one recommender: each list and the page have their own handle. */
export const isSame = (one: Recommender | null, other: Recommender | null): boolean =>
  one === other || (!!one && !!other && coreOf(one) === coreOf(other));
