import { html, nothing, svg, type TemplateResult } from 'lit';
import { canonical, formatPrice, itemHref } from '../../../core/card';
import { ENGLISH, fill, formOf, type PageTexts } from '../../../core/labels';
import type { FindResponse, Recommendation } from '../../../device/protocol';
import { imageOf, initialOf } from '../image';
import { PAGE_TEXTS } from '../labels';
import type { ListContext } from '../recs/card';
import type { Search } from './search';

export interface ResultContext
  extends Pick<ListContext, 'language' | 'currency' | 'hrefTemplate' | 'labels' | 'extras' | 'fill'> {
  /** Position of the result that the arrow keys have reached; -1 for none. */
  active: number;
}

/** Stock level up to which a product is about to sell out, for `{badge}` in templates. */
const LOW_STOCK = 5;

/** One result: an option of the list box, which is also the link to the product. */
function resultOption(recommendation: Recommendation, position: number, context: ResultContext): TemplateResult {
  const { item } = recommendation;
  const { language, currency, hrefTemplate, labels, extras, fill, active } = context;
  const href = itemHref(item, hrefTemplate);
  const price = item.price === undefined ? '' : formatPrice(item.price, currency, language);
  const cardContext = { language, currency, lowStock: LOW_STOCK, labels, extras };
  const selected = position === active ? 'true' : 'false';
  const id = `option-${position}`;
  const card = fill?.(recommendation, position, href, price, cardContext);
  if (card) {
    // The arrow keys move through the options; links inside them are not tab stops.
    for (const inner of card.querySelectorAll<HTMLElement>('a, button, input, select')) inner.tabIndex = -1;
    return html`<div part="option" class="option own" role="option" id=${id} aria-selected=${selected} data-id=${item.id}>${card}</div>`;
  }
  const content = html`
    <span part="media" class="media" data-initial=${initialOf(item)}>${imageOf(item, 64)}</span>
    <span class="texts">
      <span part="title" class="title">${item.title}</span>
      <span part="price" class="price">${extras?.parts(recommendation, price, cardContext).price ?? price}</span>
      ${item.availability === 'out-of-stock' ? html`<span part="availability" class="sold">${labels.outOfStock}</span>` : nothing}
    </span>`;
  return href
    ? html`<a part="option" class="option" role="option" id=${id} aria-selected=${selected} data-id=${item.id} tabindex="-1" href=${href}>${content}</a>`
    : html`<div part="option" class="option" role="option" id=${id} aria-selected=${selected} data-id=${item.id}>${content}</div>`;
}

/** How the results were found, unless by their words. */
const noteOf = (by: FindResponse['by'] | undefined, { meaning, alike }: FindLabels): string =>
  by === 'photo' ? alike : by === 'meaning' ? meaning : '';

function resultsView(
  { items, by }: Pick<FindResponse, 'items' | 'by'>,
  labels: FindLabels,
  context: ResultContext,
  clicked: (event: MouseEvent) => void,
): TemplateResult {
  const note = noteOf(by, labels);
  return html`
    ${note ? html`<p part="note" class="note">${note}</p>` : nothing}
    <div part="list" class="list" role="listbox" id="results" aria-label=${labels.results} @click=${clicked} @auxclick=${clicked}>
      ${items.map((result, position) => resultOption(result, position, context))}
    </div>`;
}

/** The box below the field, in the present state of the search. */
export function bodyView(
  { state, response, read, unreadable, picture, words }: Search,
  labels: FindLabels,
  context: ResultContext,
  { clicked, retry }: { clicked: (event: MouseEvent) => void; retry: () => void },
): TemplateResult | typeof nothing {
  const message = (text: unknown) => html`<p part="message" class="message">${text}</p>`;
  switch (state) {
    case 'loading':
      return html`${read === null ? nothing : message(labels.reading(read))} ${skeletons}`;
    case 'empty':
      return message(picture ? labels.nothingAlike : labels.empty(words));
    case 'error':
      return unreadable
        ? message(labels.unreadable)
        : message(
            html`${labels.error} <button part="retry" class="retry" type="button" @click=${retry}>${labels.retry}</button>`,
          );
    case 'filled':
      return response ? resultsView(response, labels, context, clicked) : nothing;
    default:
      return nothing;
  }
}

/** The result of a search for screen readers. */
export function spokenText({ state, response, unreadable, picture, words }: Search, labels: FindLabels): string {
  const { items = [], by } = response ?? {};
  if (state === 'error') return unreadable ? labels.unreadable : labels.error;
  if (items.length === 0) return picture ? labels.nothingAlike : labels.empty(words);
  return `${noteOf(by, labels)} ${labels.count(items.length)}`.trim();
}

/** The focus stays in the field; a click on a result still counts. */
export const keepFocus = (event: Event): void => {
  if (event.target instanceof Element && !event.target.closest('button')) event.preventDefault();
};

const skeletons = html`
  <div class="list" aria-hidden="true">
    ${[0, 1, 2].map(() => html`<div class="option skeleton"><span class="media"></span><span class="texts"><i></i><i></i></span></div>`)}
  </div>`;

/**
 * A button that opens the camera or a file picker.
 * @param chosen receives the picture
 */
export function photoButton(label: string, chosen: (picture: File) => void): TemplateResult {
  const open = ({ currentTarget }: Event): void => {
    const input = currentTarget instanceof HTMLElement ? currentTarget.nextElementSibling : null;
    if (input instanceof HTMLInputElement) input.click();
  };
  const taken = ({ currentTarget }: Event): void => {
    if (!(currentTarget instanceof HTMLInputElement)) return;
    const picture = currentTarget.files?.[0];
    // The same picture may be chosen again.
    currentTarget.value = '';
    if (picture) chosen(picture);
  };
  return html`
    <button part="photo" class="photo" type="button" aria-label=${label} title=${label} @click=${open}>${CAMERA}</button>
    <input class="file" type="file" accept="image/*" tabindex="-1" aria-hidden="true" @change=${taken} />`;
}

const CAMERA = html`<svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linejoin="round">${svg`
  <path d="M4 8h3.2l1.6-2.5h6.4L16.8 8H20a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1Z" /><circle cx="12" cy="13" r="3.5" />`}</svg>`;

/** The texts of `<sidestream-find>`; its property `labels` replaces some or all of them. */
export interface FindLabels
  extends Omit<PageTexts['find'], 'count' | 'empty' | 'reading'>,
    Pick<PageTexts['list'], 'retry'> {
  /** Read by screen readers: the number of products found. */
  count: (count: number) => string;
  /** The sentence if nothing was found. */
  empty: (words: string) => string;
  /** While a photo is read, with the share of the encoder that has been loaded, 0 to 1. */
  reading: (loaded: number) => string;
}

/**
 * The given labels, completed with the built-in ones of the language; English until those are loaded.
 * @param language a tag; default: the browser's language; English for any language other than the six
 */
export function findLabels(given: Partial<FindLabels>, language?: string): FindLabels {
  const { find, list } = PAGE_TEXTS.in(language) ?? ENGLISH;
  return {
    ...find,
    retry: list.retry,
    count: (count) => fill(formOf(find.count, count === 1), { count: count.toLocaleString(canonical(language)) }),
    empty: (words) => fill(find.empty, { words }),
    reading: (loaded) =>
      fill(find.reading, { percent: loaded.toLocaleString(canonical(language), { style: 'percent' }) }),
    ...given,
  };
}
