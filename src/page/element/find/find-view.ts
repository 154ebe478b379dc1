import { html, nothing, type TemplateResult } from 'lit';
import { formatPrice, itemHref, safeImage } from '../../../core/card';
import type { FindResponse, Recommendation } from '../../../device/protocol';
import type { CardExtras } from '../recs/card-extras';
import type { CompleteLabels } from '../recs/labels';
import type { CardFiller } from '../recs/template-card';
import type { FindLabels } from './find-labels';

/** Data shared by the results of one rendering. */
export interface ResultContext {
  language: string | undefined;
  currency: string;
  hrefTemplate: string;
  labels: CompleteLabels;
  extras: CardExtras | undefined;
  fill: CardFiller | undefined;
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
    <span part="media" class="media" data-initial=${[...item.title][0] ?? ''}>${image(safeImage(item.image))}</span>
    <span class="texts">
      <span part="title" class="title">${item.title}</span>
      <span part="price" class="price">${extras?.parts(recommendation, price, cardContext).price ?? price}</span>
      ${item.availability === 'out-of-stock' ? html`<span part="availability" class="sold">${labels.outOfStock}</span>` : nothing}
    </span>`;
  return href
    ? html`<a part="option" class="option" role="option" id=${id} aria-selected=${selected} data-id=${item.id} tabindex="-1" href=${href}>${content}</a>`
    : html`<div part="option" class="option" role="option" id=${id} aria-selected=${selected} data-id=${item.id}>${content}</div>`;
}

/** The title beside it names the product. */
const image = (src: string): TemplateResult | typeof nothing =>
  src
    ? html`<img part="image" class="image" src=${src} alt="" width="64" height="64" loading="lazy" decoding="async" @error=${hideBroken} />`
    : nothing;

function hideBroken({ currentTarget }: Event): void {
  if (currentTarget instanceof HTMLElement) currentTarget.hidden = true;
}

/** The list of results. @param clicked receives clicks on them */
export function resultsView(
  { items, by }: Pick<FindResponse, 'items' | 'by'>,
  labels: FindLabels,
  context: ResultContext,
  clicked: (event: MouseEvent) => void,
): TemplateResult {
  const note = { words: '', meaning: labels.meaning, photo: labels.alike }[by];
  return html`
    ${note ? html`<p part="note" class="note">${note}</p>` : nothing}
    <div part="list" class="list" role="listbox" id="results" aria-label=${labels.results} @click=${clicked} @auxclick=${clicked}>
      ${items.map((result, position) => resultOption(result, position, context))}
    </div>`;
}

/** @param read share of the encoder that has been loaded while a photo is read; null if words are searched */
export const loadingView = (labels: FindLabels, read: number | null): TemplateResult => html`
  ${read === null ? nothing : html`<p part="message" class="message">${labels.reading(read)}</p>`}
  ${skeletons}`;

export const errorView = (labels: FindLabels, retry: () => void): TemplateResult => html`
  <p part="message" class="message">
    ${labels.error}
    <button part="retry" class="retry" type="button" @click=${retry}>${labels.retry}</button>
  </p>`;

/** Placeholders for results that are being loaded. */
const skeletons = html`
  <div class="list" aria-hidden="true">
    ${[0, 1, 2].map(() => html`<div class="option skeleton"><span class="media"></span><span class="texts"><i></i><i></i></span></div>`)}
  </div>`;
