import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { FindDetail, FindSubmitDetail } from '../../src/find';
import { icon } from './pictures';
import { PRODUCT_TEMPLATE, type Route, routeHref } from './route';
import { ShopElement } from './session';
import { BRAND, CURRENCY } from './settings';
import { progressBar } from './templates';

/** Brand, search and tools; stays in view. */
@customElement('shop-header')
export class ShopHeader extends ShopElement {
  @property({ attribute: false }) route!: Route;

  protected override render(): TemplateResult {
    const { session } = this;
    const count = session.basketCount;
    return html`
      <div class="bar page">
        <a class="brand" href="#/">
          <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
            <circle cx="16" cy="16" r="15" /><path d="M4.5 18.5c3.8-3.6 7.7-3.6 11.5 0s7.7 3.6 11.5 0M8 24c2.7-2 5.3-2 8 0s5.3 2 8 0" />
          </svg>
          ${BRAND}
        </a>
        <form class="search" role="search" @submit=${this.#submit}>
          ${icon('search')}
          <sidestream-find data-testid="search" photo href-template=${PRODUCT_TEMPLATE} currency=${CURRENCY} .recommender=${session.recommender} @sidestream-find-select=${this.#chosen} @sidestream-find-submit=${this.#searched}>
            <input type="search" name="q" placeholder="Search the shop" aria-label="Search the shop" />
          </sidestream-find>
        </form>
        <div class="row">
          <a class="tool" href=${routeHref('inspector')} aria-label="Inspect" aria-current=${this.route.page === 'inspector' ? 'page' : nothing} data-testid="inspect">
            ${icon('ladder')}<span>Inspect</span>
          </a>
          <a class="icon-button basket" href=${routeHref('basket')} aria-label="Basket: ${count === 1 ? '1 product' : `${count} products`}" aria-current=${this.route.page === 'basket' ? 'page' : nothing} data-testid="basket" data-count=${count}>
            ${icon('basket')}<b ?hidden=${count === 0}>${count}</b>
          </a>
        </div>
      </div>
      ${progressBar(session.progress)}`;
  }

  protected override firstUpdated(): void {
    // Until then, the form has its plain input.
    import('../../src/find').catch((thrown: unknown) => this.session.report(thrown));
  }

  protected override updated(changed: PropertyValues): void {
    const field = this.querySelector('sidestream-find');
    if (field && changed.has('route')) field.value = this.route.page === 'search' ? this.route.about : '';
  }

  readonly #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    this.#search(this.querySelector('input')?.value ?? '');
  };

  readonly #searched = (event: CustomEvent<FindSubmitDetail>): void => {
    event.preventDefault();
    this.#search(event.detail.text);
  };

  readonly #chosen = ({ detail }: CustomEvent<FindDetail>): void => {
    const { item, position, placement, recommendationId } = detail;
    this.session.cameFrom(item.id, { placement, position, recommendationId });
  };

  #search(text: string): void {
    const query = text.trim();
    if (query) location.hash = routeHref('search', query);
    else if (this.route.page === 'search') location.hash = routeHref('home');
  }
}
