import { html, type TemplateResult } from 'lit';
import { skeletonCard } from './card';
import type { RecsLabels } from './labels';
import type { ScrollEnds } from './scroller';

/** Most outlines that hold the room of a list on its way. */
const MOST_OUTLINES = 24;

/** Whether the page has put links of its own inside, to show before the list is there and when it fails. */
export function hasFallback(host: Element): boolean {
  return [...host.children].some((child) => child.tagName !== 'TEMPLATE' && !child.slot);
}

/**
 * What is shown in the place of cards. Invisible outlines behind it hold the room of the cards, so that nothing below
 * moves when they come.
 */
function inRoomOf(cards: number, shown: TemplateResult): TemplateResult {
  const outlines = Array.from({ length: cards }, skeletonCard);
  return html`<div class="room"><ol class="list hold" aria-hidden="true">${outlines}</ol><div class="over">${shown}</div></div>`;
}

const links = html`<div class="list links"><slot></slot></div>`;

/** The list's outline while it is on its way; the page's own links, or what it shows meanwhile, when it has put some inside. */
export function loadingState(places: number, host: Element): TemplateResult {
  const count = Math.min(places, MOST_OUTLINES);
  if (hasFallback(host)) return inRoomOf(count, html`<slot name="loading">${links}</slot>`);
  if (host.querySelector(':scope > [slot=loading]')) return inRoomOf(count, html`<slot name="loading"></slot>`);
  return html`<ol part="list" class="list" aria-hidden="true">${Array.from({ length: count }, skeletonCard)}</ol>`;
}

/** One calm sentence, in the room of one row of cards. */
export function emptyState(labels: RecsLabels): TemplateResult {
  return inRoomOf(1, html`<slot name="empty"><p part="message" class="message">${labels.empty}</p></slot>`);
}

/** One calm sentence and another try; the page's own links when it has put some inside. */
export function errorState(labels: RecsLabels, host: Element, retry: () => void): TemplateResult {
  if (hasFallback(host)) return inRoomOf(1, html`<slot name="error">${links}</slot>`);
  return inRoomOf(
    1,
    html`
      <slot name="error">
        <p part="message" class="message">
          ${labels.error}
          <button part="retry" class="retry" type="button" @click=${retry}>${labels.retry}</button>
        </p>
      </slot>`,
  );
}

/**
 * Buttons that scroll a row, for whoever has a mouse without a wheel. Out of sight when everything is in view, but in
 * their place: a heading that had to make room for them would push the list down.
 */
export function scrollButtons(ends: ScrollEnds, labels: RecsLabels, scroll: (towards: 1 | -1) => void): TemplateResult {
  const button = (towards: 1 | -1, label: string, disabled: boolean, path: string) => html`
    <button part="scroll" class="scroll" type="button" aria-label=${label} ?disabled=${disabled} @click=${() => scroll(towards)}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d=${path} /></svg>
    </button>`;
  return html`
    <div class=${ends.atStart && ends.atEnd ? 'scrollers hold' : 'scrollers'}>
      ${button(-1, labels.back, ends.atStart, 'm10 3-5 5 5 5')}
      ${button(1, labels.forward, ends.atEnd, 'm6 3 5 5-5 5')}
    </div>`;
}
