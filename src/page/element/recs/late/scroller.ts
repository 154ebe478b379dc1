import { html, type ReactiveController, type TemplateResult } from 'lit';
import { prefersReducedMotion } from '../../motion';
import type { ListProperties } from '../../properties';
import type { ListLabels } from '../labels';

const isRightToLeft = (element: Element): boolean => getComputedStyle(element).direction === 'rtl';

const behavior = (): ScrollBehavior => (prefersReducedMotion() ? 'auto' : 'smooth');

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
    const sign = row && isRightToLeft(row) ? -towards : towards;
    row?.scrollBy({ left: sign * row.clientWidth * 0.85, behavior: behavior() });
  };

  /**
   * Arrow keys, Home and End move the focus from card to card of a row and bring it into view. Tab still visits every
   * card, so nothing depends on knowing these keys.
   */
  readonly onKey = (event: KeyboardEvent): void => {
    const row = this.#row;
    // Arrow keys belong to the choice of a variant.
    if (!row || event.target instanceof HTMLInputElement) return;
    const links = [...row.querySelectorAll<HTMLElement>('li[data-id], li[data-dismissed]')].map((card) =>
      card.querySelector<HTMLElement>('a, button'),
    );
    const current = links.findIndex((link) => link?.closest('li')?.contains(event.target as Node));
    if (current < 0) return;
    const step = isRightToLeft(row) ? -1 : 1;
    const targets: Record<string, number> = {
      ArrowRight: current + step,
      ArrowLeft: current - step,
      Home: 0,
      End: links.length - 1,
    };
    const target = links[targets[event.key] ?? -1];
    if (!target) return;
    event.preventDefault();
    target.focus({ preventScroll: true });
    target.closest('li')?.scrollIntoView({ inline: 'nearest', block: 'nearest', behavior: behavior() });
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
