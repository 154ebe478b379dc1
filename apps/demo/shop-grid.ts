import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Recommender } from '../../src/device/protocol';
import { type Item, ShopElement } from './session';
import { cardOutlines, productCard } from './templates';

const PAGE = 30;
/** Number of products that a search lists. */
const MAX_FOUND = 100;
/** Number of products that each list had open, so that the back button finds them again. */
const opened = new Map<string, number>();

/** The products of a category or a search, more on request. */
@customElement('shop-grid')
export class ShopGrid extends ShopElement {
  @property() category = '';
  @property() query = '';
  /** Shows outlines until another part of the page has loaded. */
  @property({ type: Boolean }) held = false;
  @state() private items: Item[] = [];
  /** -1 until the first products have loaded. */
  @state() private total = -1;
  @state() private busy = false;
  #key = '';
  /** Id of the response of a search. */
  #found: string | undefined;

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    const key = this.session.recommender && !this.held ? `${this.category}\n${this.query}` : '';
    if (key === this.#key) return;
    this.#key = key;
    this.items = [];
    this.total = -1;
    if (key) void this.#load(key, opened.get(key) ?? PAGE);
  }

  protected override render(): TemplateResult {
    const [items, total, busy] = [this.items, this.total, this.busy];
    if (total === 0) return this.#nothingFound();
    return html`
      <ul class="grid" data-testid="grid" aria-busy=${total < 0 ? 'true' : 'false'}>
        ${
          total < 0
            ? cardOutlines(12)
            : repeat(
                items,
                (item) => item.id,
                (item) => html`<li>${productCard(item, this.session, ({ id }) => this.#chosen(id))}</li>`,
              )
        }
      </ul>
      ${
        items.length < total
          ? html`
            <p class="more">
              <button class="button quiet" type="button" data-testid="load-more" ?disabled=${busy} @click=${this.#more}>Show more</button>
              <small>${items.length} of ${total}</small>
            </p>`
          : nothing
      }`;
  }

  #nothingFound(): TemplateResult {
    return html`
      <div class="calm" data-testid="nothing-found">
        <p><strong>${this.query ? html`Nothing found for “${this.query}”` : 'Nothing here yet'}</strong></p>
        <p>${this.query ? 'Try a shorter or a more general word, like “red” or “music”.' : 'Look into the other categories.'}</p>
        <p><a class="button quiet" href="#/">Back to the shop</a></p>
      </div>`;
  }

  #chosen(id: string): void {
    const position = this.items.findIndex((item) => item.id === id);
    const origin = this.#found ? { placement: 'find', recommendationId: this.#found, position } : {};
    this.session.track('click', id, origin);
  }

  readonly #more = (): void => void this.#load(this.#key, this.items.length + PAGE);

  async #load(key: string, upTo: number): Promise<void> {
    const { recommender } = this.session;
    if (!recommender) return;
    this.busy = true;
    const offset = this.items.length;
    try {
      const { items, total, id } = this.query
        ? await this.#find(recommender)
        : await recommender.catalog
            .browse({ ...(this.category ? { category: this.category } : {}), offset, limit: upTo - offset })
            .then((page) => ({ ...page, id: undefined }));
      if (key !== this.#key) return;
      this.#found = id;
      this.items = [...this.items, ...items];
      this.total = total;
      opened.set(key, this.items.length);
    } catch (thrown) {
      this.session.report(thrown);
      this.total = Math.max(0, this.total);
    } finally {
      this.busy = false;
    }
    await this.updateComplete;
    this.dispatchEvent(new CustomEvent('shop-ready', { bubbles: true }));
    this.dispatchEvent(new CustomEvent<string[]>('shop-shown', { detail: this.items.map(({ id }) => id) }));
  }

  /** All that a search finds, the best first. */
  async #find(recommender: Recommender): Promise<{ items: Item[]; total: number; id: string }> {
    const { items, id } = await recommender.find({ text: this.query, limit: MAX_FOUND, meaning: true });
    return { items: items.map(({ item }) => item), total: items.length, id };
  }
}
