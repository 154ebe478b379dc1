import { html, nothing, type TemplateResult } from 'lit';
import { formatPrice, itemHref } from '../../../core/card';
import type { Recommendation } from '../../../device/protocol';
import { imageOf, initialOf } from '../image';
import type { Settings } from '../list/request';
import type { CardExtras } from './card-extras';
import type { CompleteLabels } from './labels';
import type { RowScroller } from './row-scroller';
import type { CardFiller } from './template-card';
import type { VariantChoice } from './variant-choice';

/** Data shared by the cards of one rendering of a list. */
export interface ListContext extends Pick<Settings, 'placement' | 'hrefTemplate' | 'currency' | 'lowStock'> {
  dismissible: boolean;
  /** Whether each card says why it is shown; otherwise the list says it for all. */
  reasons: boolean;
  /** Whether the cards replace those of a list in the page: their pictures are then there already. */
  inPlace: boolean;
  language: string | undefined;
  labels: CompleteLabels;
  /** Adds the parts that only some lists need to the cards. */
  extras: CardExtras | undefined;
  fill: CardFiller | undefined;
  variants?: VariantChoice;
  row: RowScroller | undefined;
  /** Whether the cards are inside the articles of a feed. */
  feed?: boolean;
  onClick: (event: MouseEvent) => void;
}

/**
 * One card: the page's own, or the built-in one with image, title, price and reason. The title is the link, or a button without an
 * address, and its area is the whole card.
 */
export function cardOf(listed: Recommendation, position: number, context: ListContext): TemplateResult | HTMLElement {
  const { fill, extras, language, hrefTemplate, currency, variants, dismissible, reasons, inPlace, labels, feed } =
    context;
  const recommendation = variants?.of(listed) ?? listed;
  const { item, reason } = recommendation;
  const href = itemHref(item, hrefTemplate);
  const price = item.price === undefined ? '' : formatPrice(item.price, currency, language);
  const own = fill?.(recommendation, position, href, price, context);
  if (own) return own;
  // Undefined if the list needs none of them, or if their code could not be loaded.
  const parts = extras?.parts(recommendation, price, context);
  const soldOut = item.availability === 'out-of-stock';
  return html`
    <article part="card" class="card" role=${feed ? 'none' : nothing}>
      <span part="media" class="media" data-initial=${initialOf(item)}>${imageOf(item, 256, inPlace ? 'sync' : 'async')}${parts?.media}${soldOut ? html`<span part="availability" class="badge">${labels.outOfStock}</span>` : nothing}</span>
      <div part="body" class="body">
        ${
          href
            ? html`<a part="link" class="link" href=${href}>${item.title}</a>`
            : html`<button part="link" class="link" type="button">${item.title}</button>`
        }
        ${parts?.rating}
        <p part="price" class="price">${parts?.price ?? price}</p>
        <p part="reason" class="reason">${reasons ? reason : ''}</p>
        ${variants?.view(listed, labels)}
      </div>
      ${parts?.button}
      ${
        dismissible
          ? html`<button part="dismiss" class="dismiss" type="button" data-dismiss aria-label=${labels.dismiss(item.title)}>
              <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="m4.5 4.5 7 7m0-7-7 7" /></svg>
            </button>`
          : nothing
      }
    </article>`;
}

/** A card of a loading list: it has the same boxes as a real card, so nothing moves when that arrives. */
export function skeletonCard(): TemplateResult {
  return html`
    <li part="item" class="item">
      <div part="card skeleton" class="card skeleton">
        <span class="media"></span>
        <div class="body"><i></i><i></i><i></i></div>
      </div>
    </li>`;
}
