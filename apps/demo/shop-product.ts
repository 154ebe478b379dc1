import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { trail } from './category';
import { routeHref } from './route';
import { type Item, ShopElement } from './session';
import './shop-consent';
import { icon, productImage } from './pictures';
import { forYou, shopRecs } from './shop-recs';
import { breadcrumbs, factsOf, priceOf } from './templates';

/** Milliseconds on a product page before it counts as a view. */
const VIEW_DWELL = 2500;

@customElement('shop-product')
export class ShopProduct extends ShopElement {
  @property({ attribute: 'product-id' }) productId = '';
  /** Undefined while it is fetched, null when the shop does not have it. */
  @state() private item: Item | null | undefined = undefined;
  /** Id of the item that is shown or fetched. */
  #itemId = '';
  #dwell: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#dwell);
    this.#itemId = '';
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    const key = this.session.recommender ? this.productId : '';
    if (key === this.#itemId) return;
    this.#itemId = key;
    this.item = undefined;
    clearTimeout(this.#dwell);
    if (key) void this.#load(key);
  }

  protected override render(): TemplateResult {
    const { session, productId } = this;
    const item = this.item;
    if (item === null) return this.#unknown();
    return html`
      ${item ? this.#product(item) : this.#outline()}
      <shop-consent .session=${session}></shop-consent>
      <div class="block">${shopRecs(session, { placement: 'similar', heading: 'Similar', itemId: productId })}</div>
      <div class="block">
        ${shopRecs(session, { placement: 'complement', itemId: productId, layout: 'bundle', limit: 3 })}
      </div>
      <div class="block">
        ${shopRecs(session, { placement: 'for-you', heading: forYou(session), exclude: [productId] })}
      </div>`;
  }

  #product(item: Item): TemplateResult {
    const soldOut = item.availability === 'out-of-stock';
    const count = this.session.inBasket(item.id);
    return html`
      <section class="product" data-testid="product" data-id=${item.id}>
        ${productImage(item, false)}
        <div class="product-facts">
          ${breadcrumbs(trail(item.category))}
          <h1 tabindex="-1">${item.title}</h1>
          <p class="product-price">${priceOf(item, this.session)}</p>
          ${factsOf(item)}
          ${item.description ? html`<p class="product-text">${item.description}</p>` : nothing}
          <button class="button" type="button" data-testid="add-to-basket" ?disabled=${soldOut} @click=${() => this.session.addToBasket(item)}>
            ${soldOut ? 'Sold out' : html`${icon('basket')} Add to basket`}
          </button>
          <p class="row product-note" role="status">
            ${
              count > 0
                ? html`${icon('check')} <a href=${routeHref('basket')}>${count === 1 ? 'In your basket' : `${count} in your basket`}</a>`
                : nothing
            }
          </p>
        </div>
      </section>`;
  }

  #outline(): TemplateResult {
    return html`
      <section class="product outline" aria-busy="true">
        <h1 class="visually-hidden">Product</h1>
        <span class="tile"></span>
        <div class="product-facts" aria-hidden="true"><i></i><i></i><i></i><i></i></div>
      </section>`;
  }

  #unknown(): TemplateResult {
    return html`
      <section class="block first">
        <h1 tabindex="-1">We do not have this one</h1>
        <div class="calm">
          <p>It may have been removed from the shop.</p>
          <p><a class="button quiet" href="#/">Back to the shop</a></p>
        </div>
      </section>
      <div class="block">${shopRecs(this.session, { placement: 'for-you', heading: forYou(this.session) })}</div>`;
  }

  async #load(id: string): Promise<void> {
    try {
      const item = (await this.session.recommender?.catalog.get(id)) ?? null;
      if (id !== this.#itemId) return;
      this.item = item;
      if (item) document.title = `${item.title} · ${this.session.settings.brand}`;
      if (item) this.#dwell = setTimeout(() => this.session.track('view', id), VIEW_DWELL);
    } catch (thrown) {
      this.session.report(thrown);
      if (id === this.#itemId) this.item = null;
    }
    await this.updateComplete;
    this.dispatchEvent(new CustomEvent('shop-ready', { bubbles: true }));
  }
}
