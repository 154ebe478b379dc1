import { html, nothing, type TemplateResult } from 'lit';
import type { Progress } from '../../src/device/protocol';
import type { SidestreamError } from '../../src/error';
import { formatPrice } from '../../src/page/element';
import { productImage } from './pictures';
import { routeHref } from './route';
import type { Item, Session } from './session';

/** Stages of work in words. */
const STAGES: Record<Progress['stage'], string> = {
  bundle: 'Opening the shop',
  encoders: 'Loading the encoders for text and images',
  encode: 'Reading the product',
  merge: 'Joining what two devices learned',
};

/** A bar under the header while something loads; indeterminate while the total is unknown. */
export function progressBar(progress: Progress | null): TemplateResult | typeof nothing {
  if (!progress) return nothing;
  const { loaded, total } = progress;
  return html`
    <progress
      data-testid="progress"
      aria-label=${STAGES[progress.stage]}
      max="1"
      value=${total > 0 ? Math.min(1, loaded / total) : nothing}
    ></progress>`;
}

/** A failure in words for shoppers; the text for engineers is folded. */
export const problem = ({ code, message }: SidestreamError): TemplateResult => html`
  <p>${navigator.onLine ? 'Something did not work. What is on the page still does.' : 'You are offline. What has been loaded still works.'}</p>
  <details class="hint">
    <summary>Details</summary>
    <p>${message} <code>${code}</code></p>
  </details>`;

/** Links to the categories above a page, starting at the shop. */
export function breadcrumbs(steps: { path: string; name: string }[]): TemplateResult {
  return html`
    <nav aria-label="Breadcrumbs">
      <ol class="row hint crumbs">
        <li><a href="#/">Shop</a></li>
        ${steps.map(({ path, name }) => html`<li><a href=${routeHref('category', path)}>${name}</a></li>`)}
      </ol>
    </nav>`;
}

/** An amount in the shop's currency. */
export const money = (amount: number, { settings }: Session): string =>
  formatPrice(amount, settings.currency, document.documentElement.lang);

/** A product's price in the shop's currency, with the price before a reduction; nothing without a price. */
export function priceOf({ price, listPrice }: Item, session: Session): TemplateResult | string | typeof nothing {
  if (price === undefined) return nothing;
  if (listPrice === undefined || listPrice <= price) return money(price, session);
  return html`
    <span class="visually-hidden">Before ${money(listPrice, session)}, now ${money(price, session)}</span>
    <span class="reduced" aria-hidden="true">${money(price, session)}</span>
    <s class="list-price" aria-hidden="true">${money(listPrice, session)}</s>
    <small class="reduced">−${Math.round(100 * (1 - price / listPrice))} %</small>`;
}

/** Pieces in stock from which a product is no longer scarce, as the lists have it. */
const SCARCE = 5;

/** Stars and stock of a product, the same on its card and on its page; nothing if neither is worth a word. */
export function factsOf({ rating, quantity, availability }: Item): TemplateResult | typeof nothing {
  const lang = document.documentElement.lang;
  const soldOut = availability === 'out-of-stock';
  const scarce = !soldOut && quantity !== undefined && quantity > 0 && quantity <= SCARCE;
  if (!rating && !soldOut && !scarce) return nothing;
  return html`
    <p class="facts">
      ${
        rating
          ? html`
            <span class="visually-hidden">${rating.value.toLocaleString(lang)} of 5 stars, ${rating.count} ratings</span>
            <span aria-hidden="true">★ ${rating.value.toLocaleString(lang)} (${rating.count})</span>`
          : nothing
      }
      ${soldOut ? html`<b>Sold out</b>` : scarce ? html`<b>Only ${quantity} left</b>` : nothing}
    </p>`;
}

export function productCard(item: Item, session: Session, onChoose: (item: Item) => void): TemplateResult {
  return html`
    <article class="card" data-testid="card" data-id=${item.id} data-category=${item.category}>
      <a href=${routeHref('product', item.id)} @click=${() => onChoose(item)}>
        ${productImage(item)}
        <span class="card-title">${item.title}</span>
      </a>
      <p>
        ${priceOf(item, session)}
      </p>
      ${factsOf(item)}
    </article>`;
}

/** Skeletons of cards while the grid loads. */
export function cardOutlines(count: number): TemplateResult[] {
  return Array.from(
    { length: count },
    () => html`
      <li aria-hidden="true">
        <div class="card outline">
          <span class="tile"></span><span class="card-title"><i></i></span>
          <p><i></i></p>
        </div>
      </li>`,
  );
}
