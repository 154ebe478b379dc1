import { html, nothing, type TemplateResult } from 'lit';
import { safeImage } from '../../../core/card';
import type { Recommendation } from '../../../device/protocol';
import { hideBroken } from '../dom';
import type { ListLabels } from './labels';

export interface CardContext {
  /** Address of the item's page; empty makes the card a button. */
  href: string;
  /** Already formatted; empty when the item has no price. */
  price: string;
  dismissible: boolean;
  /** Whether the page already shows the picture: decoded later, it would be missing for a moment. */
  inPlace: boolean;
  labels: ListLabels;
  /** Parts that only some cards have; undefined if they are not needed or could not be loaded. */
  parts: CardParts | undefined;
  options: unknown;
  /** Whether the card is inside an article of its own. */
  feed: boolean | undefined;
}

/** Parts that late code adds to a card, see `card-extras/`. */
export interface CardParts {
  /** On the picture. */
  media: unknown;
  /** Between title and price. */
  rating: unknown;
  /** Instead of the price. */
  price: unknown;
  button: unknown;
}

/** The built-in card: image, title, price and reason. The title is the link, and its area is the whole card. */
export function productCard(
  { item, reason }: Recommendation,
  { href, price, dismissible, inPlace, labels, parts, feed, options }: CardContext,
): TemplateResult {
  const soldOut = item.availability === 'out-of-stock';
  return html`
    <article part="card" class="card" role=${feed ? 'none' : nothing}>
      <span part="media" class="media" data-initial=${[...item.title][0] ?? ''}>${image(item.image, inPlace ? 'sync' : 'async')}${parts?.media}${soldOut ? html`<span part="availability" class="badge">${labels.outOfStock}</span>` : nothing}</span>
      <div part="body" class="body">
        ${
          href
            ? html`<a part="link" class="link" href=${href}>${item.title}</a>`
            : html`<button part="link" class="link" type="button">${item.title}</button>`
        }
        ${parts?.rating}
        <p part="price" class="price">${parts?.price ?? price}</p>
        <p part="reason" class="reason">${reason}</p>
        ${options}
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

/** The `alt` is empty: the title right below already names the product to a screen reader. */
function image(address: string | undefined, decoding: 'sync' | 'async'): TemplateResult | typeof nothing {
  const src = safeImage(address);
  return src
    ? html`<img part="image" class="image" src=${src} alt="" width="256" height="256" loading="lazy" decoding=${decoding} @error=${hideBroken} />`
    : nothing;
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
