import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { type Category, categorySlug } from './category';
import { productPicture } from './product-card';
import { routeHref } from './route';
import type { Item } from './session';
import { ShopElement } from './shop-element';
import './shop-grid';
import { shopRecs } from './shop-recs';

/** Tiles without a picture, which keep the room of those to come. */
const blankTiles = (count: number): TemplateResult[] =>
  Array.from({ length: count }, () => html`<span class="tile"></span>`);

function categoryTile({ category, item }: { category: Category; item: Item }): TemplateResult {
  const slug = categorySlug(category.path);
  return html`
    <li>
      <a href=${routeHref({ page: 'category', category: category.path })} data-testid="tile-${slug}">
        ${productPicture(item)}
        <span class="tile-name">${category.name}</span>
        <small>${category.count}</small>
      </a>
    </li>`;
}

/** The front page: a word of welcome, what the shopper may like, the categories, everything. */
@customElement('shop-home')
export class ShopHome extends ShopElement {
  protected override render(): TemplateResult {
    const { session } = this;
    const { faces } = session;
    return html`
      <section class="hero">
        <div>
          <h1 tabindex="-1">Little things, found for you</h1>
          <p>Look around. The shop learns what you like as you go, right here in your browser, and keeps it to itself.</p>
        </div>
        <p class="hero-pictures" aria-hidden="true">
          ${faces?.slice(0, 5).map(({ item }) => productPicture(item, false)) ?? blankTiles(5)}
        </p>
      </section>
      <div class="block">${shopRecs(session, { placement: 'for-you', heading: 'Recommended for you' })}</div>
      ${faces === null || faces.length > 1 ? this.#tiles() : nothing}
      <section class="block">
        <h2>Everything</h2>
        <shop-grid .session=${session}></shop-grid>
      </section>`;
  }

  #tiles(): TemplateResult {
    return html`
      <section class="block">
        <h2>Shop by category</h2>
        <ul class="tiles">
          ${
            this.session.faces?.map(categoryTile) ??
            blankTiles(12).map(
              (tile) =>
                html`<li class="outline" aria-hidden="true">${tile}<span class="tile-name"><i></i></span><small>&nbsp;</small></li>`,
            )
          }
        </ul>
      </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'shop-home': ShopHome;
  }
}
