import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { columnsOf } from '../../../core/card';
import type { Placement, Recommendation } from '../../../device/protocol';
import type { ListState } from '../list/list';
import type { Settings } from '../list/request';
import { cardOf, type ListContext, skeletonCard } from './card';
import type { ListLabels } from './labels';

const MAX_SKELETONS = 24;

/** One place of a list: a card, or the placeholder of a dismissed one, by its item's id. */
export type Place =
  | { card: Recommendation; dismissed?: undefined; view?: undefined }
  | { card?: undefined; dismissed: string; view: TemplateResult };

/** Columns of a feed: every number of columns fills the rows of 60 cards. */
export const feedColumns = (): string => columnsOf(60);

/**
 * The reason that all cards of a list have, which the list says once. Null if each card says its own: if they differ, and in a feed or a
 * bundle, whose cards come at different times.
 */
export function sharedReason(cards: readonly Recommendation[], layout: Settings['layout']): string | null {
  const [first, ...others] = cards;
  if (!first || others.length === 0 || layout === 'feed' || layout === 'bundle') return null;
  return others.every(({ reason }) => reason === first.reason) ? first.reason : null;
}

/** The list of cards. The role is explicit because Safari drops it from a list without bullets. */
export function listView(places: Place[], context: ListContext): TemplateResult {
  const { row, onClick } = context;
  let position = 0;
  return html`
    <ol part="list" class="list" role="list" .style=${columnsOf(places.length)} @click=${onClick} @auxclick=${onClick} @scroll=${row?.measure}>
      ${repeat(
        places,
        ({ card, dismissed }) => card?.item.id ?? `dismissed ${dismissed}`,
        ({ card, dismissed, view }) =>
          card === undefined
            ? html`<li part="item" class="item" data-dismissed=${dismissed}>${view}</li>`
            : html`<li part="item" class="item" data-id=${card.item.id}>${cardOf(card, position++, context)}</li>`,
      )}
    </ol>`;
}

/** Links that the page put inside, shown until the list is loaded and when it fails. */
function fallbackOf(host: Element): Element[] {
  return [...host.children].filter((child) => child.tagName !== 'TEMPLATE' && !child.slot);
}

/** Number of cards of a list that `sidestream lists` wrote into the page; 0 without one. */
export const cardsInside = (host: Element): number => host.querySelectorAll(':scope > .sidestream-list > li').length;

/**
 * Content in the space of the given number of cards: invisible skeletons behind it keep the page below from moving when cards
 * arrive.
 */
function inSpaceOf(cards: number, shown: TemplateResult): TemplateResult {
  const skeletons = Array.from({ length: cards }, skeletonCard);
  return html`<div class="room"><ol class="list hold" aria-hidden="true" .style=${columnsOf(cards)}>${skeletons}</ol><div class="over">${shown}</div></div>`;
}

const links = (cards: number): TemplateResult =>
  html`<div class="list links" .style=${columnsOf(cards)}><slot></slot></div>`;

/**
 * A list without cards. Loading: the page's own links or its slot `loading`, if any, otherwise skeleton cards. Empty: one sentence, or
 * the page's own links if no request was sent. Failed: the page's own links, or one sentence with a retry button.
 */
export function stateView(
  state: ListState,
  host: Element,
  { layout, limit }: Pick<Settings, 'layout' | 'limit'>,
  labels: ListLabels,
  retry: () => void,
): TemplateResult | typeof nothing {
  const { length } = fallbackOf(host);
  const { kind } = state;
  if (kind === 'filled') return nothing;
  if (kind === 'loading') {
    const count = Math.min(cardsInside(host) || (layout === 'bundle' ? limit + 1 : limit), MAX_SKELETONS);
    if (length > 0) return inSpaceOf(count, html`<slot name="loading">${links(count)}</slot>`);
    if (host.querySelector(':scope > [slot=loading]')) return inSpaceOf(count, html`<slot name="loading"></slot>`);
    const columns = layout === 'feed' ? feedColumns() : columnsOf(count);
    return html`<ol part="list" class="list" aria-hidden="true" .style=${columns}>${Array.from({ length: count }, skeletonCard)}</ol>`;
  }
  const own = length > 0 && (kind === 'error' || !state.response) && links(length);
  if (kind === 'empty')
    return html`<slot name="empty">${own || html`<p part="message" class="message">${labels.empty}</p>`}</slot>`;
  const message = html`
    <p part="message" class="message">
      ${labels.error}
      <button part="retry" class="retry" type="button" @click=${retry}>${labels.retry}</button>
    </p>`;
  return html`<slot name="error">${own || message}</slot>`;
}

/**
 * Whether a list without cards is hidden. Slots and links that the page put inside for such a case are still shown, and with `show-errors`
 * the sentences about it, unless these would help nobody: an empty history, a mistake of the page or a product newer than the bundle.
 * @param overdue whether the list has had no recommender for too long
 */
export function isHidden(
  host: Element & { showErrors: boolean },
  state: ListState,
  placement: Placement,
  overdue: boolean,
): boolean {
  const { kind } = state;
  if (kind === 'filled' || (kind === 'loading' && !overdue)) return false;
  if (host.showErrors) {
    if (kind === 'error' && !/invalid-input|unknown-item|other-bundle/.test(state.error.code)) return false;
    if (kind === 'empty' && state.response && placement !== 'recent' && placement !== 'again') return false;
  }
  if (host.querySelector(`:scope > [slot=${kind}]`)) return false;
  return (kind === 'empty' && state.response !== null) || fallbackOf(host).length === 0;
}

/** The space of the scroll buttons until their code is loaded: a heading that gave way to them would push the list down. */
export const scrollRoom = html`<div class="scrollers hold"><button class="scroll" disabled></button><button class="scroll" disabled></button></div>`;
