import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Progress } from '../device/protocol';
import { formatPrice } from '../page/element';
import { routeHref } from './route';
import type { Item } from './session';
import { CURRENCY } from './settings';

/** Line icons, as paths in a box of 24 units. */
const ICONS = {
  search: 'M10.5 17a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13Zm4.8-1.7L20 20',
  basket: 'M4 9h16l-1.6 9.2a2 2 0 0 1-2 1.8H7.6a2 2 0 0 1-2-1.8L4 9Zm4 0 3-5m5 5-3-5',
  plus: 'M12 5v14M5 12h14',
  ladder: 'M8 3v18m8-18v18M8 7h8M8 12h8M8 17h8',
  close: 'm6 6 12 12M18 6 6 18',
  picture:
    'M4 6.5A1.5 1.5 0 0 1 5.5 5h13A1.5 1.5 0 0 1 20 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5v-11Zm0 9.5 4.5-4.5L13 16l2.5-2.5L20 18M15.5 9.5h.01',
  lock: 'M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6v-9Z',
  minus: 'M5 12h14',
  check: 'm5 12.5 4.5 4.5L19 7.5',
} as const;

export function icon(name: keyof typeof ICONS): TemplateResult {
  return svg`<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path d=${ICONS[name]} /></svg>`;
}

/** Stages of work in words. */
export const STAGES: Record<Progress['stage'], string> = {
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
      class="loading-bar"
      data-testid="progress"
      aria-label=${STAGES[progress.stage]}
      max="1"
      value=${total > 0 ? Math.min(1, loaded / total) : nothing}
    ></progress>`;
}

/** Links to the categories above a page, starting at the shop. */
export function breadcrumbs(steps: { path: string; name: string }[]): TemplateResult {
  return html`
    <nav class="crumbs" aria-label="Breadcrumbs">
      <ol>
        <li><a href="#/">Shop</a></li>
        ${steps.map(({ path, name }) => html`<li><a href=${routeHref({ page: 'category', category: path })}>${name}</a></li>`)}
      </ol>
    </nav>`;
}

/** A product's image on its tile; without an image, the initial. */
export function productImage({ image, title }: Item, lazy = true): TemplateResult {
  return html`
    <span class="tile">
      ${
        image
          ? html`<img src=${image} alt="" width="256" height="256" decoding="async" loading=${lazy ? 'lazy' : 'eager'} />`
          : html`<span class="initial" aria-hidden="true">${title.slice(0, 1)}</span>`
      }
    </span>`;
}

/** An amount in the shop's currency. */
export const money = (amount: number): string => formatPrice(amount, CURRENCY, document.documentElement.lang);

/** A product's price in the shop's currency, with the price before a reduction; nothing without a price. */
export function priceOf({ price, listPrice }: Item): TemplateResult | string | typeof nothing {
  if (price === undefined) return nothing;
  if (listPrice === undefined || listPrice <= price) return money(price);
  return html`
    <span class="visually-hidden">Before ${money(listPrice)}, now ${money(price)}</span>
    <span class="reduced" aria-hidden="true">${money(price)}</span>
    <s class="list-price" aria-hidden="true">${money(listPrice)}</s>`;
}

export function productCard(item: Item, onChoose: (item: Item) => void): TemplateResult {
  return html`
    <article class="card" data-testid="card" data-id=${item.id} data-category=${item.category}>
      <a href=${routeHref({ page: 'product', id: item.id })} @click=${() => onChoose(item)}>
        ${productImage(item)}
        <span class="card-title">${item.title}</span>
      </a>
      <p class="card-price">
        ${priceOf(item)}${item.availability === 'out-of-stock' ? html` <small>Sold out</small>` : nothing}
      </p>
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
          <p class="card-price"><i></i></p>
        </div>
      </li>`,
  );
}
