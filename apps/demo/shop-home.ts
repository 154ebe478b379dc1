import { html, nothing, type TemplateResult } from 'lit';
import { type Category, categorySlug } from './category';
import { routeHref } from './route';
import type { Item, Session } from './session';
import './shop-consent';
import './shop-grid';
import { productImage } from './pictures';
import { forYou, shopRecs } from './shop-recs';

/** Tiles without an image, which reserve the space until the products have loaded. */
const blankTiles = (count: number): TemplateResult[] =>
  Array.from({ length: count }, () => html`<span class="tile"></span>`);

function categoryTile({ category, item }: { category: Category; item: Item }): TemplateResult {
  const slug = categorySlug(category.path);
  return html`
    <li>
      <a href=${routeHref('category', category.path)} data-testid="tile-${slug}">
        ${productImage(item)}
        <span class="card-title">${category.name}</span>
        <small>${category.count}</small>
      </a>
    </li>`;
}

/** The welcome text: it claims to learn only if the shop does. */
function welcome({ learns }: Session): TemplateResult {
  if (!learns) {
    return html`
      <h1 tabindex="-1">Little things, for everybody</h1>
      <p>You said no, so nothing you do is noted or learned. Look around: the lists are the same for everyone.</p>`;
  }
  return html`
    <h1 tabindex="-1">Little things, found for you</h1>
    <p>Look around: the shop learns what you like, here in your browser, and keeps it to itself.</p>
    <a class="button small" href=${routeHref('watch')} data-testid="watch-open">Watch it learn</a>`;
}

/** The home page: a welcome with the first list, the categories, all products. */
export const shopHome = (session: Session): TemplateResult => html`
  <section class="hero panel wash">
    <div class="welcome">${welcome(session)}</div>
    ${shopRecs(session, { placement: 'for-you', heading: forYou(session), basis: true })}
  </section>
  <shop-consent .session=${session}></shop-consent>
  ${allProducts(session)}`;

/** The categories, and all products. */
export const allProducts = (session: Session): TemplateResult => html`
  ${session.examples === null || session.examples.length > 1 ? categoryTiles(session) : nothing}
  <section class="block">
    <h2>Everything</h2>
    <shop-grid .session=${session} ?held=${!session.listed}></shop-grid>
  </section>`;

const categoryTiles = ({ examples }: Session): TemplateResult => html`
  <section class="block">
    <h2>Shop by category</h2>
    <ul class="tiles">
      ${
        examples?.map(categoryTile) ??
        blankTiles(12).map(
          (tile) =>
            html`<li class="outline" aria-hidden="true">${tile}<span class="card-title"><i></i></span><small>&nbsp;</small></li>`,
        )
      }
    </ul>
  </section>`;
