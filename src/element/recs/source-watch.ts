import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { RecsElement } from './sidestream-recs.properties';

/** Time in which a page makes the recommender of a list that names no bundle; then it was probably forgotten, ms. */
const DUE = 10_000;

/** Whether a list waits in vain for where its items come from. */
export class SourceWatch implements ReactiveController {
  overdue = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param late called when the time is over */
  constructor(
    private readonly host: ReactiveControllerHost & Pick<RecsElement, 'catalog' | 'recommender'>,
    private readonly late: () => void,
  ) {
    host.addController(this);
  }

  hostUpdate(): void {
    if (this.host.recommender || this.host.catalog) this.overdue = false;
  }

  hostUpdated(): void {
    const { host } = this;
    clearTimeout(this.#timer);
    if (host.recommender || host.catalog || this.overdue) return;
    this.#timer = setTimeout(() => {
      this.overdue = true;
      this.late();
      host.requestUpdate();
    }, DUE);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }
}
