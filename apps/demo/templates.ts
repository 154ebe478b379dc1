import { html, nothing, type TemplateResult } from 'lit';
import type { Progress } from '../../src/device/protocol';
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
    <s class="list-price" aria-hidden="true">${money(listPrice, session)}</s>`;
}

export function productCard(item: Item, session: Session, onChoose: (item: Item) => void): TemplateResult {
  return html`
    <article class="card" data-testid="card" data-id=${item.id} data-category=${item.category}>
      <a href=${routeHref('product', item.id)} @click=${() => onChoose(item)}>
        ${productImage(item)}
        <span class="card-title">${item.title}</span>
      </a>
      <p>
        ${priceOf(item, session)}${item.availability === 'out-of-stock' ? html` <small>Sold out</small>` : nothing}
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
          <p><i></i></p>
        </div>
      </li>`,
  );
}
