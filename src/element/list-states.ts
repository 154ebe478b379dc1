import { html, nothing, type TemplateResult } from 'lit';
import { skeletonCard } from './card';
import type { RecsLabels } from './labels';
import type { ScrollEnds } from './scroller';

/** Whether the page has put links of its own inside, to show before the list is there and when it fails. */
export function hasFallback(host: Element): boolean {
  return [...host.children].some((child) => child.tagName !== 'TEMPLATE' && !child.hasAttribute('slot'));
}

/** The list's outline while it is on its way; the page's own links when it has put some inside. */
export function loadingState(limit: number, fallback: boolean): TemplateResult {
  if (fallback) return html`<slot name="loading"><slot></slot></slot>`;
  const outlines = Array.from({ length: Math.min(limit, 24) }, skeletonCard);
  return html`<slot name="loading"><ol part="list" class="list" aria-hidden="true">${outlines}</ol></slot>`;
}

/** One calm sentence. */
export function emptyState(labels: RecsLabels): TemplateResult {
  return html`<slot name="empty"><p part="message" class="message">${labels.empty}</p></slot>`;
}

/** One calm sentence and another try; the page's own links when it has put some inside. */
export function errorState(labels: RecsLabels, fallback: boolean, retry: () => void): TemplateResult {
  if (fallback) return html`<slot name="error"><slot></slot></slot>`;
  return html`
    <slot name="error">
      <p part="message" class="message">
        ${labels.error}
        <button part="retry" class="retry" type="button" @click=${retry}>${labels.retry}</button>
      </p>
    </slot>`;
}

/** Buttons that scroll a row, for whoever has a mouse without a wheel; none when everything is in view. */
export function scrollButtons(
  ends: ScrollEnds,
  labels: RecsLabels,
  scroll: (towards: 1 | -1) => void,
): TemplateResult | typeof nothing {
  if (ends.atStart && ends.atEnd) return nothing;
  const button = (towards: 1 | -1, label: string, disabled: boolean, path: string) => html`
    <button part="scroll" class="scroll" type="button" aria-label=${label} ?disabled=${disabled} @click=${() => scroll(towards)}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d=${path} /></svg>
    </button>`;
  return html`
    <div class="scrollers">
      ${button(-1, labels.back, ends.atStart, 'm10 3-5 5 5 5')}
      ${button(1, labels.forward, ends.atEnd, 'm6 3 5 5-5 5')}
    </div>`;
}
