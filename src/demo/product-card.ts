import { html, nothing, type TemplateResult } from 'lit';
import { formatPrice } from '../element';
import { routeHref } from './route';
import type { Item } from './session';
import { CURRENCY } from './settings';

/** A product's picture on its tile; the initial stands in where there is no picture. */
export function productPicture({ image, title }: Item, lazy = true): TemplateResult {
  return html`
    <span class="tile">
      ${
        image
          ? html`<img src=${image} alt="" width="256" height="256" decoding="async" loading=${lazy ? 'lazy' : 'eager'} />`
          : html`<span class="initial" aria-hidden="true">${title.slice(0, 1)}</span>`
      }
    </span>`;
}

/** The shop's price of a product, or nothing. */
export function priceOf({ price }: Item): string | typeof nothing {
  return price === undefined ? nothing : formatPrice(price, CURRENCY, document.documentElement.lang);
}

/** A product in the grid. */
export function productCard(item: Item, onChoose: (item: Item) => void): TemplateResult {
  return html`
    <article class="card" data-testid="card" data-id=${item.id} data-category=${item.category}>
      <a href=${routeHref({ page: 'product', id: item.id })} @click=${() => onChoose(item)}>
        ${productPicture(item)}
        <span class="card-title">${item.title}</span>
      </a>
      <p class="card-price">
        ${priceOf(item)}${item.availability === 'out-of-stock' ? html` <small>Sold out</small>` : nothing}
      </p>
    </article>`;
}

/** Outlines of cards on their way. */
export function cardOutlines(count: number): TemplateResult[] {
  return Array.from(
    { length: count },
    () => html`
      <li aria-hidden="true">
        <div class="card outline">
          <span class="tile"></span><span class="card-title"><i></i></span>
          <p class="card-price"><i></i></p>
        </div>
      </li>`,
  );
}
