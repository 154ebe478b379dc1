import { css, html, nothing, type ReactiveController, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Recommendation, Recommender, RecommendResponse, Status } from '../../../../device/protocol';
import { addStyles, languageOf } from '../../dom';
import type { Layout, List, ListState } from '../../list/list';
import { cardOf, type ListContext } from '../card';
import { feedColumns } from '../views';
import { type Entry, keptOf, StoredCursor } from './cursor';
import { type CardWindow, moveFocus, RowHeights, scrollerOf } from './row-heights';

const feedStyles = css`
  .edge:focus-visible {
    outline: none;
  }
  /* A browser that keeps its place by one of these would stay at the end of the feed, page after page. */
  .space,
  .more {
    overflow-anchor: none;
  }
  .more {
    display: grid;
    place-items: center;
    margin: 1.5rem 0 0;
  }
  .more .retry {
    min-block-size: 2.75rem;
    padding-inline: 1.5rem;
  }
  .more [aria-disabled='true'] {
    opacity: 0.5;
    cursor: default;
  }
`;

/** In heights of the viewport. */
const MARGIN = 1.5;
/** By how much the cards in the page may differ from `MARGIN`, in heights of the viewport. Cards at its very edge would come and go with every frame. */
const TOLERANCE = 0.5;
const NEAR = '100% 0px';
/** A request excludes at most 10,000 products, those of other lists of the page among them. */
const MAX_PRODUCTS = 9000;
/** In ms, from the first change of the place. */
const SAVE_DELAY = 250;

/**
 * An endless list. What it has shown stays, in its order: only later pages follow what the shopper does meanwhile. Cards far from the
 * viewport are not in the page, and their data not in memory; after a reload or a return, the same cards are shown at the same place.
 *
 *     0            first          at                           last            entries.length
 *     │   space    │    cards     │   viewport   │    cards     │     space     │  button
 *     │◄── #rows ─►│◄── MARGIN ──►│              │◄── MARGIN ──►│◄─── #rows ───►│
 *     │            │◄──────────────── #window ──────────────────►│               │
 *     │  ◄──────────────────────── #loaded ────────────────────────────►         │
 *                                                │◄─── NEAR: `more()` from here ►│
 *
 * `#place` is the first card in view (`at`) and how far its top is from that of the viewport (`top`, px). A feed that was restored, or
 * turned with its screen, has a `#target`: the place to which it scrolls as soon as that card is in the page. `#cursor` keeps the place
 * and the ids of all entries.
 */
export class Feed implements ReactiveController, Layout {
  readonly #rows = new RowHeights();
  #entries: Entry[] = [];
  readonly #loaded = new Map<string, Recommendation>();
  #window: CardWindow = { first: 0, last: 0 };
  /** The first response, without its items. */
  #response: Omit<RecommendResponse, 'items'> | null = null;
  /** The last response that was looked at. */
  #seen: RecommendResponse | null = null;
  #pending = true;
  #done = false;
  #fetching = false;
  #cursor: StoredCursor | null = null;
  #consented = false;
  #place = { at: 0, top: 0 };
  /** Whether the first card in view is one of the feed, but not its first. */
  #passing = false;
  #target: { at: number; top: number } | null = null;
  #saving: ReturnType<typeof setTimeout> | undefined;
  #frame = 0;
  #listening = new AbortController();
  #end: Element | null = null;
  #observed = 0;
  readonly #observer = globalThis.IntersectionObserver
    ? new IntersectionObserver((entries) => entries.at(-1)?.isIntersecting && this.more(), { rootMargin: NEAR })
    : null;
  /** The cards of the last page, and the number of pages so far. */
  latest: Recommendation[] = [];
  pages = 0;

  /** @param ready loads what the cards of products need that come back into the page */
  constructor(
    private readonly list: List,
    private readonly ready: (items: Recommendation[]) => Promise<void>,
  ) {
    addStyles(this.#host.renderRoot, feedStyles);
    this.#host.addController(this);
  }

  hostConnected(): void {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    // A feed may scroll within an element of the page.
    document.addEventListener('scroll', this.#later, { capture: true, passive: true, signal });
    window.addEventListener('resize', this.#later, { passive: true, signal });
    window.addEventListener('pagehide', this.#save, { signal });
  }

  hostDisconnected(): void {
    this.#save();
    this.#listening.abort();
    this.#observer?.disconnect();
    this.#end = null;
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  hostUpdated(): void {
    const end = this.#host.renderRoot.querySelector('.more');
    if (end !== this.#end || this.pages !== this.#observed) {
      // Again after every page: while the end stays near, there is no change to report.
      this.#observer?.disconnect();
      this.#end = end;
      this.#observed = this.pages;
      if (end) this.#observer?.observe(end);
    }
    if (!this.#grid) return;
    this.#scrollBack();
    this.#later();
  }

  /** Ids of everything shown so far, for the request of the next page. */
  get ids(): string[] {
    return this.#entries.map(({ id }) => id);
  }

  /** Whether it stays as it is until its next page is wanted. */
  get settled(): boolean {
    return this.#entries.length > 0 && !this.#pending;
  }

  /** The list as the element sees it: the cards in the page; null before the first page. */
  get state(): ListState | null {
    if (!this.#response || this.#entries.length === 0) return null;
    return { kind: 'filled', response: { ...this.#response, items: this.#items } };
  }

  /** The heading's basis, which must not change with the cards in the page. */
  get basis(): Pick<Recommendation, 'source' | 'contributions'>[] {
    return this.#entries.slice(0, this.list.settings.limit).map(({ source }) => ({ source, contributions: {} }));
  }

  /** Continues at the place where an earlier feed was left, before the first list is shown. */
  async restore(): Promise<void> {
    const recommender = this.list.recommender;
    if (!recommender || this.#cursor) return;
    const feeds = [...document.querySelectorAll('sidestream-recs[layout=feed]')];
    const { placement } = this.list.settings;
    const subject = JSON.stringify([placement, this.#host.itemId, feeds.indexOf(this.#host)]);
    const cursor = new StoredCursor(recommender, subject);
    this.#cursor = cursor;
    recommender.status.get().then(this.changed, this.#host.report);
    const found = cursor.read();
    if (!found || found.entries.length === 0) return;
    const { entries, response, currency, done, at, top, columns, height } = found;
    this.#entries = entries.map(([id, reason, source]) => ({ id, reason, source }));
    this.#rows.arrange(columns);
    this.#rows.mean = height;
    const { first, last } = this.#around(at);
    try {
      await this.#fetch(recommender, first, last);
    } catch (thrown) {
      this.#host.report(thrown);
    }
    if (this.#loaded.size === 0) {
      this.clear();
      return;
    }
    this.#response = { id: response, placement, ...(currency === undefined ? {} : { currency }) };
    this.#window = { first, last: Math.min(last, this.#entries.length) };
    this.#place = { at, top };
    this.#target = this.#place;
    this.#pending = false;
    this.#done = done;
    this.latest = this.#items;
    this.pages++;
  }

  /** The products in memory, for the code that their cards need. */
  get items(): Recommendation[] {
    return [...this.#loaded.values()];
  }

  take(state: ListState): void {
    const response = 'response' in state ? state.response : null;
    if (!response || response === this.#seen) return;
    this.#seen = response;
    if (!this.#pending) return;
    this.#pending = false;
    const known = new Set(this.ids);
    const { items, ...rest } = response;
    this.latest = items
      .filter(({ item }) => !known.has(item.id))
      .map((one, n) => ({ ...one, position: known.size + n }));
    for (const recommendation of this.latest) {
      const { item, reason, source, contributions } = recommendation;
      this.#entries.push({ id: item.id, reason, source: 'hint' in contributions ? 'personal' : source });
      this.#loaded.set(item.id, recommendation);
    }
    this.#response ??= rest;
    this.#done = this.latest.length < this.list.settings.limit || this.#entries.length >= MAX_PRODUCTS;
    this.#window = { ...this.#window, last: this.#entries.length };
    this.pages++;
    this.#saveLater();
  }

  /** Requests the next page, unless it is on its way or the list has ended. */
  readonly more = (): void => {
    if (this.#pending || this.#done || !this.#response) return;
    this.#pending = true;
    this.list.refresh();
    this.#host.requestUpdate();
  };

  /** The next page could not be loaded: the button, or scrolling away and back, tries again. */
  failed(): void {
    if (this.#entries.length > 0) this.#pending = false;
  }

  /** Notes the shopper's consent, on which it depends where the place is kept. */
  readonly changed = ({ consent }: Status): void => {
    this.#consented = consent === 'granted';
  };

  clear(): void {
    this.#cursor?.delete();
    this.#cursor = null;
    this.#entries = [];
    this.#loaded.clear();
    this.#window = { first: 0, last: 0 };
    this.#response = null;
    this.#target = null;
    this.#done = false;
    this.#pending = true;
  }

  remove(id: string): void {
    this.#mark(id, true);
  }

  insert(recommendation: Recommendation): void {
    this.#loaded.set(recommendation.item.id, recommendation);
    this.#mark(recommendation.item.id, false);
  }

  /**
   * The cards near the viewport, in the space of all; null before the first page.
   * @param dismissed what is at the place of a dismissed card
   */
  view(
    heading: string,
    context: ListContext,
    dismissed: (id: string) => TemplateResult | undefined,
  ): TemplateResult | null {
    if (!this.#response || this.#entries.length === 0) return null;
    const { first, last } = this.#window;
    const { onClick, labels } = context;
    const size = this.#done ? this.#entries.length : -1;
    const shown = this.#entries.slice(first, last).map((entry, n) => ({ entry, at: first + n }));
    const space = (px: number) => `block-size: ${px}px`;
    return html`
      <span class="edge" tabindex="-1"></span>
      <div class="feed" role="feed" aria-label=${heading} aria-busy=${this.#pending ? 'true' : 'false'} @click=${onClick} @auxclick=${onClick} @keydown=${moveFocus}>
        <div class="space" .style=${space(this.#rows.between(0, first))}></div>
        <div part="list" class="list" .style=${feedColumns()}>
          ${repeat(
            shown,
            ({ entry }) => entry.id,
            ({ entry: { id, dismissed: gone }, at }) => {
              const found = this.#loaded.get(id);
              if (gone || !found)
                return html`<article part="item" class="item" data-dismissed=${id} aria-posinset=${at + 1} aria-setsize=${size}>${dismissed(id)}</article>`;
              return html`<article part="item" class="item" data-id=${id} aria-posinset=${at + 1} aria-setsize=${size} aria-label=${found.item.title}>${cardOf(found, at, { ...context, feed: true })}</article>`;
            },
          )}
        </div>
        <div class="space" .style=${space(this.#rows.between(last, this.#entries.length))}></div>
      </div>
      <span class="edge" tabindex="-1"></span>
      ${
        this.#done
          ? nothing
          : html`<p class="more"><button part="more" class="retry" type="button" aria-disabled=${this.#pending ? 'true' : 'false'} @click=${this.more}>${labels.more}</button></p>`
      }`;
  }

  get #items(): Recommendation[] {
    const { first, last } = this.#window;
    return this.#entries
      .slice(first, last)
      .flatMap(({ id, dismissed }) => (dismissed ? [] : (this.#loaded.get(id) ?? [])));
  }

  get #host(): List['host'] {
    return this.list.host;
  }

  get #grid(): HTMLElement | null {
    return this.#host.renderRoot.querySelector<HTMLElement>('.feed > .list');
  }

  #mark(id: string, dismissed: boolean): void {
    const entry = this.#entries.find((one) => one.id === id);
    if (entry) entry.dismissed = dismissed;
    this.#saveLater();
    this.#host.requestUpdate();
  }

  readonly #later = (): void => {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#follow());
  };

  /** Measures the rows in the page, and changes which cards are in it. */
  #follow(): void {
    this.#frame = 0;
    const grid = this.#grid;
    const feed = grid?.parentElement;
    if (!grid || !feed || !this.#host.isConnected || grid.offsetHeight === 0) return;
    const rows = this.#rows;
    // A feed that was turned with its screen stays at its place.
    const turned = rows.arrange(getComputedStyle(grid).gridTemplateColumns.split(' ').length) && this.#passing;
    if (turned) this.#target = { ...this.#place, at: Math.min(this.#place.at, this.#entries.length - 1) };
    const { columns } = rows;
    const boxes = [...grid.children].map((card) => card.getBoundingClientRect());
    const topOf = (at: number): number => boxes[at]?.top ?? 0;
    const { first } = this.#window;
    for (let at = columns; at < boxes.length; at += columns)
      if (first % columns === 0) rows.set((first + at) / columns - 1, topOf(at) - topOf(at - columns));
    if (rows.mean === 0) rows.mean = grid.offsetHeight / Math.ceil(boxes.length / columns);
    const visible = boxes.findIndex(({ bottom }) => bottom > 0);
    this.#passing = visible >= 0 && first + visible > 0;
    if (this.#target) {
      this.#show(this.#around(this.#target.at));
      // A fetch in progress comes back here.
      if (!this.#fetching) this.#host.requestUpdate();
      return;
    }
    // A router may scroll to the top of its next page before this one is gone.
    if (visible >= 0 && this.#cursor?.present) this.#place = { at: first + visible, top: topOf(visible) };
    const { top } = feed.getBoundingClientRect();
    const within = (margin: number) =>
      rows.within(-top - margin * innerHeight, -top + (1 + margin) * innerHeight, this.#entries.length);
    const least = within(MARGIN - TOLERANCE);
    const most = within(MARGIN + TOLERANCE);
    const { last } = this.#window;
    if (first > least.first || first < most.first || last < least.last || last > most.last) this.#show(within(MARGIN));
    this.#saveLater();
  }

  /** The cards around a place to which the feed has to scroll. */
  #around(at: number): CardWindow {
    return this.#rows.around(at, (1 + MARGIN) * innerHeight, this.#entries.length);
  }

  #show(wanted: CardWindow): void {
    const { first, last } = wanted;
    if (first === this.#window.first && last === this.#window.last) return;
    const recommender = this.list.recommender;
    if (this.#missing(first, last).length > 0) {
      if (this.#fetching || !recommender) return;
      this.#fetching = true;
      this.#fetch(recommender, first, last)
        .then(this.#later, this.#host.report)
        .finally(() => {
          this.#fetching = false;
        });
      return;
    }
    this.#window = wanted;
    const span = last - first;
    const near = new Set(this.#entries.slice(Math.max(0, first - span), last + span).map(({ id }) => id));
    for (const id of this.#loaded.keys()) if (!near.has(id)) this.#loaded.delete(id);
    this.#host.requestUpdate();
  }

  #missing(first: number, last: number): string[] {
    return this.#entries
      .slice(first, last)
      .flatMap(({ id, dismissed }) => (dismissed || this.#loaded.has(id) ? [] : [id]));
  }

  /** Loads products that are not in memory. Those that the catalogue no longer has leave the feed. */
  async #fetch(recommender: Recommender, first: number, last: number): Promise<void> {
    const ids = this.#missing(first, last);
    const found = await recommender.catalog.products(ids, { lang: languageOf(this.#host) });
    const products = new Map(found.map((product) => [product.item.id, product]));
    const wanted = new Set(ids);
    this.#entries = this.#entries.filter(({ id }) => !wanted.has(id) || products.has(id));
    const back = this.#entries.flatMap(({ id, reason, source }, position): Recommendation[] => {
      const product = products.get(id);
      if (!product) return [];
      const { item, prices } = product;
      return [{ item, ...(prices && { prices }), reason, source, position, score: 0, contributions: {} }];
    });
    await this.ready(back);
    for (const one of back) this.#loaded.set(one.item.id, one);
  }

  /** Scrolls a restored feed to its place, once its cards are in the page. */
  #scrollBack(): void {
    const card = this.#target && this.#grid?.children[this.#target.at - this.#window.first];
    if (!this.#target || !card) return;
    const by = card.getBoundingClientRect().top - this.#target.top;
    this.#target = null;
    scrollerOf(this.#host).scrollBy({ top: by, behavior: 'instant' });
  }

  #saveLater(): void {
    this.#saving ??= setTimeout(this.#save, SAVE_DELAY);
  }

  readonly #save = (): void => {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    if (!this.#response || !this.#cursor || this.#entries.length === 0 || this.#target) return;
    const { id: response, currency } = this.#response;
    const { columns, mean: height } = this.#rows;
    const { at, top } = this.#place;
    const cursor = { response, currency, done: this.#done, top, columns, height, ...keptOf(this.#entries, at) };
    this.#cursor.write(cursor, this.#consented);
  };
}
