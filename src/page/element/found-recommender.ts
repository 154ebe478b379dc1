import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Recommender } from '../../device/protocol';
import { coreOf, onPageRecommender, pageRecommender } from '../client';

/** An element that may be given a recommender. */
type Host = ReactiveControllerHost & { recommender: Recommender | null; readonly hasUpdated: boolean };

/**
 * Finds the recommender of an element beside the lists: the one it was given, else the recommender of the first list that has one,
 * else the page's own.
 */
export class FoundRecommender implements ReactiveController {
  readonly #host: Host;
  readonly #changed: () => void;
  #end: () => void = () => undefined;

  /** @param changed called when another may be found: a list was shown, or the page made or closed one; only in the page */
  constructor(host: Host, changed: () => void) {
    this.#host = host;
    this.#changed = changed;
    host.addController(this);
  }

  get value(): Recommender | null {
    const lists = [...document.querySelectorAll('sidestream-recs')];
    // Where its module is not loaded yet, an element has none of its properties.
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

/** Whether two are handles of one recommender: lists and the page have one each, and know the same. */
export const isSame = (one: Recommender | null, other: Recommender | null): boolean =>
  one === other || (!!one && !!other && coreOf(one) === coreOf(other));
