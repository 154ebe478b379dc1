import { LitElement, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';

/** State that the parts of a page show. */
export class Observed {
  readonly #listeners = new Set<() => void>();

  /** Calls `listener` after every change. @returns a function that unsubscribes */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  protected changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** A part of a page, which renders into the page's own DOM. */
export class PageElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** Follows a link to the content, which no entry of the history shall remember. */
  protected readonly skipToMain = (event: Event): void => {
    event.preventDefault();
    this.querySelector<HTMLElement>('main')?.focus();
  };
}

/** It also updates with the session. */
export class SessionElement<Session extends Observed> extends PageElement {
  @property({ attribute: false }) session!: Session;
  #unsubscribe: (() => void) | undefined;

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
