import { html, type ReactiveController, type TemplateResult } from 'lit';
import { prefersReducedMotion } from '../motion';
import type { ListProperties } from '../properties';
import type { ListLabels } from './labels';

/** Keeps an element's scroll buttons in step with its row, and moves the row. */
export class RowScroller implements ReactiveController {
  /** How far the row can be scrolled. */
  ends = { atStart: true, atEnd: true };
  readonly #resized = new ResizeObserver(() => this.measure());

  constructor(private readonly host: ListProperties) {
    host.addController(this);
  }

  hostConnected(): void {
    this.#resized.observe(this.host);
  }

  hostDisconnected(): void {
    this.#resized.disconnect();
  }

  hostUpdated(): void {
    requestAnimationFrame(this.measure);
  }

  readonly measure = (): void => {
    const row = this.#row;
    if (!row) return;
    // In right-to-left rows, `scrollLeft` counts down from 0.
    const at = Math.abs(row.scrollLeft);
    const [atStart, atEnd] = [at < 2, at + row.clientWidth > row.scrollWidth - 2];
    if (atStart === this.ends.atStart && atEnd === this.ends.atEnd) return;
    this.ends = { atStart, atEnd };
    this.host.requestUpdate();
  };

  /** Scrolls the row by most of its width, towards its end (1) or its start (-1). */
  readonly scroll = (towards: 1 | -1): void => {
    const row = this.#row;
    if (!row) return;
    const sign = getComputedStyle(row).direction === 'rtl' ? -towards : towards;
    const behavior = prefersReducedMotion() ? 'auto' : 'smooth';
    row.scrollBy({ left: sign * row.clientWidth * 0.85, behavior });
  };

  get #row(): Element | null {
    return this.host.layout === 'row' ? this.host.renderRoot.querySelector('ol[role=list]') : null;
  }

  /**
   * Buttons that scroll the row, for a mouse without a wheel. Invisible when all cards are in view, but they keep their
   * space: a heading that gave way to them would push the list down.
   */
  buttons(labels: ListLabels): TemplateResult {
    const { atStart, atEnd } = this.ends;
    const button = (towards: 1 | -1, label: string, disabled: boolean, path: string) => html`
      <button part="scroll" class="scroll" type="button" aria-label=${label} ?disabled=${disabled} @click=${() => this.scroll(towards)}>
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d=${path} /></svg>
      </button>`;
    return html`
      <div class=${atStart && atEnd ? 'scrollers hold' : 'scrollers'}>
        ${button(-1, labels.back, atStart, 'm10 3-5 5 5 5')}
        ${button(1, labels.forward, atEnd, 'm6 3 5 5-5 5')}
      </div>`;
  }
}
