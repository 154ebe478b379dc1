import { html, type TemplateResult } from 'lit';
import type { Placement } from '../../protocol';
import { skeletonCard } from './card';
import type { RecsLabels } from './labels';
import type { ListState } from './list-controller';
import type { RowScroller } from './scroller';

/** Most outlines that hold the room of a list on its way. */
const MOST_OUTLINES = 24;

/** Whether the page has put links of its own inside, to show before the list is there and when it fails. */
export function hasFallback(host: Element): boolean {
  return [...host.children].some((child) => child.tagName !== 'TEMPLATE' && !child.slot);
}

/**
 * What is shown while cards are on their way. Invisible outlines behind it hold the room of the cards, so that nothing
 * below moves when they come.
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

/**
 * Whether a list without cards has nothing for a shopper: a history they do not have, a mistake of the page's that no
 * other try will mend. What the page put inside for such a case is shown all the same.
 * @param overdue whether the list waits in vain for a recommender
 */
export function nothingToShow(host: Element, state: ListState, placement: Placement, overdue: boolean): boolean {
  const { kind } = state;
  if (kind === 'filled' || (kind === 'loading' && !overdue)) return false;
  if (kind === 'error' && state.error.code !== 'runtime/invalid-input') return false;
  if (kind === 'empty' && state.response && placement !== 'recent') return false;
  if (host.querySelector(`:scope > [slot=${kind}]`)) return false;
  return (kind === 'empty' && state.response !== null) || !hasFallback(host);
}

/** One calm sentence; the page's own links where there was nothing to ask for and it has put some inside. */
export function emptyState(labels: RecsLabels, host: Element, asked: boolean): TemplateResult {
  if (!asked && hasFallback(host)) return html`<slot name="empty">${links}</slot>`;
  return html`<slot name="empty"><p part="message" class="message">${labels.empty}</p></slot>`;
}

/** One calm sentence and another try; the page's own links when it has put some inside. */
export function errorState(labels: RecsLabels, host: Element, retry: () => void): TemplateResult {
  if (hasFallback(host)) return html`<slot name="error">${links}</slot>`;
  return html`
    <slot name="error">
      <p part="message" class="message">
        ${labels.error}
        <button part="retry" class="retry" type="button" @click=${retry}>${labels.retry}</button>
      </p>
    </slot>`;
}

/**
 * Buttons that scroll a row, for whoever has a mouse without a wheel. Out of sight when everything is in view, but in
 * their place: a heading that had to make room for them would push the list down.
 */
export function scrollButtons(row: RowScroller | undefined, labels: RecsLabels): TemplateResult {
  const { atStart, atEnd } = row?.ends ?? { atStart: true, atEnd: true };
  const button = (towards: 1 | -1, label: string, disabled: boolean, path: string) => html`
    <button part="scroll" class="scroll" type="button" aria-label=${label} ?disabled=${disabled} @click=${() => row?.scroll(towards)}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d=${path} /></svg>
    </button>`;
  return html`
    <div class=${atStart && atEnd ? 'scrollers hold' : 'scrollers'}>
      ${button(-1, labels.back, atStart, 'm10 3-5 5 5 5')}
      ${button(1, labels.forward, atEnd, 'm6 3 5 5-5 5')}
    </div>`;
}
