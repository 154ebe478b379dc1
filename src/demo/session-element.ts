import { LitElement, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';

/** What a part of a page shows. */
interface Observed {
  /** Calls `listener` after every change. @returns a function that unsubscribes */
  subscribe(listener: () => void): () => void;
}

/** A part of a page: it renders into the page's own DOM and updates with the session. */
export class SessionElement<Session extends Observed> extends LitElement {
  @property({ attribute: false }) session!: Session;
  #unsubscribe: (() => void) | undefined;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#subscribe();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unsubscribe?.();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('session')) this.#subscribe();
  }

  #subscribe(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = this.session.subscribe(() => this.requestUpdate());
  }
}
