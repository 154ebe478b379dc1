import { SessionElement } from '../../demo/session-element';
import type { StudioState } from '../session';
import type { StudioSession } from './studio-session';

/** A part of Studio's page. */
export class StudioElement extends SessionElement<StudioSession> {
  protected get state(): StudioState {
    return this.session.state;
  }

  /** Moves the focus to a button that took the place of the one pressed, or to a heading. */
  protected async focusOn(selector: string): Promise<void> {
    await this.updateComplete;
    this.querySelector<HTMLElement>(selector)?.focus();
  }

  /** Scrolls an alert into view; a screen reader reads it anyway. */
  protected async showAlert(): Promise<void> {
    await this.updateComplete;
    this.querySelector('.alert')?.scrollIntoView({ block: 'nearest' });
  }

  /** Whether the focus is on this element's part that matches. */
  protected hasFocusOn(selector: string): boolean {
    const { activeElement } = document;
    return activeElement !== null && this.contains(activeElement) && activeElement.matches(selector);
  }
}
