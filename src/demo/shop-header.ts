import { html, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type Route, routeHref } from './route';
import { BRAND } from './settings';
import { ShopElement } from './shop-element';
import { icon, progressBar } from './templates';

/** Milliseconds after the last keystroke before the search runs. */
const SEARCH_DELAY = 250;

/** Brand, search and tools; stays in view. Dispatches `open-inspector` and `open-add`. */
@customElement('shop-header')
export class ShopHeader extends ShopElement {
  @property({ attribute: false }) route!: Route;
  @property({ type: Boolean, attribute: false }) inspecting = false;
  #typing: ReturnType<typeof setTimeout> | undefined;

  protected override render(): TemplateResult {
    const { session } = this;
    const count = session.basketCount;
    return html`
      <div class="bar">
        <a class="brand" href="#/">
          <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
            <circle cx="16" cy="16" r="15" /><path d="M4.5 18.5c3.8-3.6 7.7-3.6 11.5 0s7.7 3.6 11.5 0M8 24c2.7-2 5.3-2 8 0s5.3 2 8 0" />
          </svg>
          ${BRAND}
        </a>
        <form class="search" role="search" @submit=${this.#submit}>
          ${icon('search')}
          <input type="search" name="q" placeholder="Search the shop" aria-label="Search the shop" data-testid="search" @input=${this.#typed} />
        </form>
        <div class="tools">
          <button class="tool" type="button" data-testid="add-product" ?disabled=${!session.recommender} @click=${() => this.#open('open-add')}>
            ${icon('plus')}<span>Add a product</span>
          </button>
          <button class="tool" type="button" data-testid="inspect" aria-expanded=${this.inspecting ? 'true' : 'false'} @click=${() => this.#open('open-inspector')}>
            ${icon('ladder')}<span>Inspect</span>
          </button>
          <p class="basket" role="img" aria-label="Basket: ${count === 1 ? '1 product' : `${count} products`}" data-testid="basket" data-count=${count}>
            ${icon('basket')}<b ?hidden=${count === 0}>${count}</b>
          </p>
        </div>
      </div>
      ${progressBar(session.progress)}`;
  }

  protected override updated(changed: PropertyValues): void {
    const input = this.querySelector('input');
    if (!changed.has('route') || !input) return;
    const { route } = this;
    if (route.page !== 'search') input.value = '';
    // While the shopper types, the input is newer than the address.
    else if (!input.matches(':focus')) input.value = route.query;
  }

  #open(panel: 'open-add' | 'open-inspector'): void {
    this.dispatchEvent(new CustomEvent(panel));
  }

  readonly #typed = (): void => {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#search(), SEARCH_DELAY);
  };

  readonly #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    this.#search();
  };

  /** The first letter adds an entry to the history, the next ones replace it: one step back leaves the search. */
  #search(): void {
    clearTimeout(this.#typing);
    const query = this.querySelector('input')?.value.trim() ?? '';
    const searching = this.route.page === 'search';
    if (!query && !searching) return;
    const target = query ? routeHref({ page: 'search', query }) : routeHref({ page: 'home' });
    if (searching) location.replace(target);
    else location.hash = target;
  }
}
