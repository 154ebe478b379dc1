import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Recommender } from '../../protocol';

/** Time that a page has to set the recommender of a list without a bundle; after it the page probably forgot, ms. */
const SOURCE_TIMEOUT = 10_000;

/** The properties that give a list its recommender. */
type SourceHost = ReactiveControllerHost & { bundle: string; recommender: Recommender | null };

/** Whether a list has had neither bundle nor recommender for 10 s. */
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

  hostUpdate(): void {
    if (this.#host.recommender || this.#host.bundle) this.overdue = false;
  }

  hostUpdated(): void {
    clearTimeout(this.#timer);
    if (this.#host.recommender || this.#host.bundle || this.overdue) return;
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
