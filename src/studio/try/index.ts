import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { productImage } from '../../demo/pictures';
import { PageElement } from '../../demo/session-element';
import { missingTastes } from '../../demo/watch/script';
import type { Placement } from '../../device/protocol';
import { SidestreamError } from '../../error';
import { formatPrice, type RecsClickDetail } from '../../page/element';
import { alertOf } from '../page/templates';
import { count, counted, learnedSentence } from '../page/words';
import type { StudioState } from '../session';
import { anotherShopper, type TriedShop, triedShop } from './tried-shop';

/** Products that are shown at first, and each time that more are asked for. */
const PAGE = 15;
/** Milliseconds on a product before it counts as a view. */
const VIEW_DWELL = 2500;
/** Links of the lists; clicks open the product here. */
const HREF = '#try/{id}';

type Product = Awaited<ReturnType<TriedShop['recommender']['browse']>>['items'][number];

/** Step 4: the shop's own products with their lists, which follow the clicks. */
@customElement('studio-try')
export class StudioTry extends PageElement {
  @property({ attribute: false }) state!: StudioState;
  @state() private shop: TriedShop | null = null;
  @state() private failure: SidestreamError | null = null;
  /** A failure that does not stop the shop. */
  @state() private trouble: SidestreamError | null = null;
  @state() private category = '';
  @state() private items: Product[] = [];
  @state() private total = 0;
  /** The product in view; null in the shop. */
  @state() private product: Product | null = null;
  /** Number of choices that the lists are computed from. */
  @state() private choices = 0;
  @state() private spoken = '';
  #dwell: ReturnType<typeof setTimeout> | undefined;
  #unsubscribe: (() => void) | undefined;
  /** Whether "Watch it learn" was asked for, and whether its code is there. */
  @state() private watch: 'no' | 'loading' | 'shown' = 'no';

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#dwell);
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('state') && this.state.bundle) void this.#open();
  }

  protected override render(): TemplateResult {
    if (!this.state.bundle) return html`<p class="hint">First encode the products: that makes the bundle.</p>`;
    return html`
      ${alertOf('Your shop cannot be shown.', this.failure, this.#open)}
      ${this.shop ? this.#tried(this.shop) : this.failure ? nothing : html`<p role="status">Opening your shop …</p>`}
      <section class="try-part stack" aria-labelledby="try-help">
        <h3 id="try-help">Does it help?</h3>
        <div data-testid="try-gain">${gainText(this.state)}</div>
      </section>
      ${this.shop ? this.#watching(this.shop) : nothing}
      <p class="visually-hidden" role="status">${this.spoken}</p>`;
  }

  #tried(shop: TriedShop): TemplateResult {
    const from = this.choices;
    return html`
      <div class="row spread">
        <p data-testid="try-choices">
          ${
            from === 0
              ? 'Open a few products: the lists follow, computed in this tab.'
              : `The lists follow from ${counted(from, 'product')} that you opened.`
          }
        </p>
        <button class="button quiet" type="button" data-testid="try-forget" ?disabled=${from === 0} @click=${this.#forget}>Forget</button>
      </div>
      ${alertOf('Something did not work.', this.trouble)} ${this.product ? this.#details(shop, this.product) : this.#home(shop)}`;
  }

  #home(shop: TriedShop): TemplateResult {
    const [items, total] = [this.items, this.total];
    return html`
      ${this.#list(shop, 'for-you')}
      <section class="try-part stack" aria-labelledby="try-products">
        <div class="row spread">
          <h3 id="try-products">Your products</h3>
          <label class="row">
            <span>Category</span>
            <select data-testid="try-category" @change=${this.#choose}>
              <option value="" ?selected=${this.category === ''}>All</option>
              ${shop.categories.map(
                ({ path, name, count: products }) =>
                  html`<option value=${path} ?selected=${path === this.category}>${name} (${count(products)})</option>`,
              )}
            </select>
          </label>
        </div>
        <ul class="grid" data-testid="try-grid">
          ${repeat(
            items,
            ({ id }) => id,
            (item) => html`
              <li class="card" data-id=${item.id}>
                <a href=${HREF.replace('{id}', encodeURIComponent(item.id))} @click=${(event: Event) => this.#chosen(event, item)}>
                  ${productImage(item)}<span class="card-title" dir="auto">${item.title}</span>
                </a>
                ${priceOf(item)}
              </li>`,
          )}
        </ul>
        ${
          items.length < total
            ? html`
                <p class="more">
                  <button class="button quiet" type="button" data-testid="try-more" @click=${() => this.#browse(items.length + PAGE)}>Show more</button>
                  <small>${count(items.length)} of ${count(total)}</small>
                </p>`
            : nothing
        }
      </section>`;
  }

  #details(shop: TriedShop, item: Product): TemplateResult {
    return html`
      <section class="try-product stack" data-testid="try-product" data-id=${item.id} aria-labelledby="try-title">
        <p><button class="link-button" type="button" data-testid="try-back" @click=${this.#back}>Back to all products</button></p>
        ${productImage(item)}
        <div>
          <small dir="auto">${item.category}</small>
          <h3 id="try-title" tabindex="-1" dir="auto">${item.title}</h3>
          ${priceOf(item)} ${item.description ? html`<p dir="auto">${item.description}</p>` : nothing}
        </div>
      </section>
      ${this.#list(shop, 'similar', item.id)} ${this.#list(shop, 'complement', item.id)}
      ${this.#list(shop, 'for-you', '', [item.id])}`;
  }

  #list({ recommender }: TriedShop, placement: Placement, itemId = '', exclude: string[] = []): TemplateResult {
    return html`
      <sidestream-recs
        data-testid="try-${placement}"
        heading-level="3"
        layout="row"
        limit="12"
        href-template=${HREF}
        placement=${placement}
        .itemId=${itemId}
        .exclude=${exclude}
        .recommender=${recommender}
        @itemclick=${this.#clicked}
      ></sidestream-recs>`;
  }

  #watching({ categories }: TriedShop): TemplateResult {
    const missing = missingTastes(categories);
    return html`
      <section class="try-part stack" aria-labelledby="try-watch">
        <h3 id="try-watch">Watch it learn</h3>
        ${
          this.watch === 'shown'
            ? html`<watch-visit .open=${anotherShopper} @trouble=${({ detail }: CustomEvent<SidestreamError>) => this.#report(detail)}></watch-visit>`
            : html`
                <p class="hint">A simulated shopper with two tastes, in two of your categories: her list follows her choices. ${missing}</p>
                <p><button class="button quiet" type="button" data-testid="try-watch" ?disabled=${missing !== null || this.watch === 'loading'} @click=${this.#showVisit}>Start a visit</button></p>`
        }
      </section>`;
  }

  readonly #open = async (): Promise<void> => {
    const { state } = this;
    this.failure = null;
    try {
      const shop = await triedShop(state);
      if (state.bundle !== this.state.bundle || shop === this.shop) return;
      this.shop = shop;
      this.product = null;
      this.category = '';
      this.watch = 'no';
      this.#unsubscribe?.();
      this.#unsubscribe = shop.recommender.on('change', ({ events }) => {
        this.choices = events;
      });
      this.choices = (await shop.recommender.status()).events;
      await this.#browse(PAGE);
    } catch (thrown) {
      this.shop = null;
      this.failure = SidestreamError.from(thrown);
    }
  };

  /** @param length number of products to show */
  async #browse(length: number): Promise<void> {
    const [shop, category] = [this.shop, this.category];
    if (!shop) return;
    try {
      const { items, total } = await shop.recommender.browse({ ...(category ? { category } : {}), limit: length });
      if (category !== this.category) return;
      this.items = items;
      this.total = total;
    } catch (thrown) {
      this.#report(thrown);
    }
  }

  readonly #choose = ({ target }: Event): void => {
    if (!(target instanceof HTMLSelectElement)) return;
    this.category = target.value;
    void this.#browse(PAGE);
  };

  /** A product of the grid. */
  #chosen(event: Event, item: Product): void {
    event.preventDefault();
    this.#track('click', item.id);
    void this.#show(item);
  }

  /** A product of a list, which tracks the click itself. */
  readonly #clicked = (event: CustomEvent<RecsClickDetail>): void => {
    event.preventDefault();
    void this.#show(event.detail.item);
  };

  async #show(item: Product): Promise<void> {
    this.product = item;
    clearTimeout(this.#dwell);
    this.#dwell = setTimeout(() => this.#track('view', item.id), VIEW_DWELL);
    await this.updateComplete;
    this.scrollIntoView({ block: 'start' });
    this.querySelector<HTMLElement>('#try-title')?.focus({ preventScroll: true });
  }

  readonly #back = async (): Promise<void> => {
    const { id } = this.product ?? {};
    this.product = null;
    clearTimeout(this.#dwell);
    await this.updateComplete;
    const card = [...this.querySelectorAll<HTMLElement>('.grid [data-id]')].find(({ dataset }) => dataset.id === id);
    (card ?? this).querySelector<HTMLElement>('a, select')?.focus();
  };

  #track(type: 'click' | 'view', id: string): void {
    this.shop?.recommender.track(type, id).catch((thrown: unknown) => this.#report(thrown));
  }

  readonly #forget = async (): Promise<void> => {
    try {
      await this.shop?.recommender.reset();
      this.spoken = 'Forgotten. The lists know nothing of you again.';
    } catch (thrown) {
      this.#report(thrown);
    }
  };

  readonly #showVisit = async (): Promise<void> => {
    this.watch = 'loading';
    try {
      await import('../../demo/watch/watch-visit');
      this.watch = 'shown';
    } catch (thrown) {
      this.watch = 'no';
      this.#report(thrown);
    }
    await this.updateComplete;
    this.querySelector<HTMLElement>('watch-visit button')?.focus();
  };

  #report(thrown: unknown): void {
    this.trouble = SidestreamError.from(thrown);
  }
}

const priceOf = ({ price }: Product): TemplateResult | typeof nothing =>
  price === undefined ? nothing : html`<p>${formatPrice(price, '', document.documentElement.lang)}</p>`;

/** The gain that the log shows, with its error; or how to learn it. */
function gainText({ log, learned }: StudioState): TemplateResult {
  if (learned) {
    const { gain } = learned;
    return html`
      <p>${learnedSentence(learned)}</p>
      ${
        gain
          ? html`<p class="hint">The difference is ${points(gain.mean)} ± ${points(gain.error)} percentage points: mean and standard error over the same ${counted(gain.shoppers, 'shopper')} with both lists.</p>`
          : nothing
      }`;
  }
  const text = log
    ? 'Your log is read, but nothing has been learned from it. Let step 3 learn: it sets some shoppers aside and says here whether the lists help them.'
    : 'Only your own shoppers can say. With a log of orders or clicks, step 3 learns from some of them and says here how much better the lists predict what the others chose, compared with a list of bestsellers.';
  return html`<p>${text}</p>`;
}

const points = (share: number): string => (100 * share).toFixed(1);
