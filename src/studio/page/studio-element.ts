import { LitElement, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import type { StudioState } from '../session';
import type { StudioSession } from './studio-session';

/** A part of Studio's page: it renders into the page's own DOM and updates with the session. */
export class StudioElement extends LitElement {
  @property({ attribute: false }) session!: StudioSession;
  #unsubscribe: (() => void) | undefined;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected get state(): StudioState {
    return this.session.state;
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

  /** Moves the focus to a button that took the place of the one pressed, or to a heading. */
  protected async focusOn(selector: string): Promise<void> {
    await this.updateComplete;
    this.querySelector<HTMLElement>(selector)?.focus();
  }

  /** Brings what went wrong into view; a screen reader says it without that. */
  protected async showAlert(): Promise<void> {
    await this.updateComplete;
    this.querySelector('.alert')?.scrollIntoView({ block: 'nearest' });
  }

  /** Whether the focus is on this element's part that matches. */
  protected hasFocusOn(selector: string): boolean {
    const { activeElement } = document;
    return activeElement !== null && this.contains(activeElement) && activeElement.matches(selector);
  }

  #subscribe(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = this.session.subscribe(() => this.requestUpdate());
  }
}
