import { css, html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Placement, Recommendation, Recommender, Row, RowsResponse } from '../../../device/protocol';
import { SidestreamError } from '../../../error';
import { define, languageOf } from '../dom';
import { FoundRecommender } from '../found-recommender';
import { freeItems, isRendered, itemsShownBefore, type PageList, takeItems, turnsOf } from '../list/reading-order';
import { CardProperties, SOURCE_PROPERTIES } from '../properties';
import '../recs/sidestream-recs';

const rowsStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    row-gap: var(--sidestream-rows-gap, 2.5rem);
  }
  :host([hidden]) {
    display: none;
  }
  /* Overrides the display that a page gives its rows, so that an element without rows leaves no gap. */
  :host([state='hidden']) {
    display: none !important;
  }
  /* About the height of a row of cards: what follows should not move far. */
  :host([state='loading']) {
    min-block-size: 24rem;
  }
`;

/** Tells rows apart: a plan has at most one of a kind about the same item, brand or category. */
const keyOf = ({ kind, about }: Pick<Row, 'kind' | 'about'>): string => `${kind} ${about}`;

/** The placement whose list a row of a kind is most like. */
const PLACEMENT: Readonly<Record<Row['kind'], Placement>> = {
  because: 'similar',
  more: 'for-you',
  new: 'for-you',
  again: 'again',
  trending: 'trending',
};

/**
 * A recommender whose lists are one row of a plan, for the element that shows it. Events have the row's kind as their placement, such
 * as `rows-because`.
 * @param plan of all rows, with the request's language and exclusions; the same until the shopper acts
 */
export function rowSource(recommender: Recommender, row: Row, plan: () => Promise<RowsResponse>): Recommender {
  let last = row;
  return {
    ...recommender,
    async recommend({ exclude = [], limit } = {}) {
      const { id, rows, currency } = await plan();
      // A row that is no longer planned is about to be removed.
      last = rows.find((other) => keyOf(other) === keyOf(row)) ?? last;
      const excluded = new Set(exclude);
      const items: Recommendation[] = last.items.filter(({ item }) => !excluded.has(item.id)).slice(0, limit);
      return {
        id,
        placement: PLACEMENT[row.kind],
        items: items.map((one, position) => ({ ...one, position })),
        ...(currency === undefined ? {} : { currency }),
      };
    },
    track: (type, itemId, details) => recommender.track(type, itemId, { ...details, placement: `rows-${row.kind}` }),
  };
}

/** Rows in the order in which they are shown: the present ones keep their places, and new ones come after them. */
export function inPlace(shown: readonly string[], rows: readonly Row[]): Row[] {
  const place = (row: Row): number => {
    const at = shown.indexOf(keyOf(row));
    return at < 0 ? shown.length : at;
  };
  return [...rows].sort((a, b) => place(a) - place(b));
}

/** Delay within which several changes lead to one new plan, ms. */
const PLAN_DELAY = 120;

/** Parts of the lists, which style sheets of the page reach through this element. */
const PARTS =
  'section, header, heading, list, item, card, link, media, image, second-image, body, price, sale-price, list-price, saving, rating, stars, ratings, badge, badge-low-stock, badge-sale, badge-new, availability, options, option, swatch, usual, add-to-cart, reason, dismiss, dismissed, undo, skeleton, scroll, message, retry';

/** A row of the page, with the recommender of its list. */
interface ShownRow {
  row: Row;
  source: Recommender;
  /** The page's own card. */
  card: Node | null;
}

/**
 * Rows of recommendations, chosen and ordered for the shopper, each with its reason as heading: "Because you looked at …", "More
 * from …", "New in …", products to buy again, and popular ones. No product is in two rows, and rows without products are not shown.
 * Each row is a `<sidestream-recs layout="row">`; its events, custom properties and parts work here too, and so does a `<template>`
 * child, which replaces the card.
 *
 * Rows of the page keep their places while the shopper acts: their products change, a row that no longer applies goes, and a new one
 * comes last.
 *
 * @tag sidestream-rows
 * @summary `<sidestream-rows bundle="/bundle/"></sidestream-rows>`
 *
 * @fires {CustomEvent<RecsRenderDetail>} recommend - A row was put in the page. Bubbles.
 * @fires {CustomEvent<RecsClickDetail>} itemclick - A card was chosen. Bubbles. `preventDefault()` stops the link.
 * @fires {CustomEvent<RecsAddToCartDetail>} addtocart - An "add to cart" button was pressed. Bubbles.
 * @fires {CustomEvent<RecsErrorDetail>} error - Something failed; the page still works. `preventDefault()` keeps it out of the
 *   console.
 *
 * @csspart row - One row, a `<sidestream-recs>`.
 *
 * @cssproperty [--sidestream-rows-gap=2.5rem] - Space between rows.
 */
export class SidestreamRows extends CardProperties {
  /** @internal */
  static override styles = rowsStyles;
  /** @internal */
  static override properties: PropertyDeclarations = {
    limit: { type: Number },
    items: { type: Number },
    state: { reflect: true },
  };

  /** Number of rows at most, 1 to 20. */
  limit = 6;
  /** Number of products of each row at most, 1 to 50. */
  items = 12;
  /** `loading`, `filled`, or `hidden` if there is no row. For style sheets. */
  state: 'loading' | 'filled' | 'hidden' = 'loading';

  readonly #found = new FoundRecommender(this, (recommender) => this.#use(recommender));
  #rows: ShownRow[] = [];
  /** The plan that the lists show; null after a change. */
  #plan: Promise<RowsResponse> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /**
   * The value of `state`. The attribute may be stale: a copy of the page, such as some routers keep, has the attribute of its
   * original.
   */
  #phase: SidestreamRows['state'] = 'loading';

  /** The products of all rows, among the lists of the page. */
  readonly #place: PageList & { recommender: Recommender | null; ids: readonly string[] } = {
    host: this,
    recommender: null,
    ids: [],
    // An earlier list took products of a row.
    taken: (): void => this.#later(),
  };

  /** @internal */
  get activeRecommender(): Recommender | null {
    return this.#found.value;
  }

  /** @internal */
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    freeItems(this.#place);
  }

  protected override willUpdate(): void {
    this.state = this.#phase;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('recommender')) this.#found.find();
    if (SOURCE_PROPERTIES.some((name) => changed.has(name))) void this.#share();
    if (['limit', 'items', 'filter', 'exclude'].some((name) => changed.has(name))) this.#later();
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.#phase !== 'filled') return nothing;
    return html`${repeat(
      this.#rows,
      ({ row }) => keyOf(row),
      ({ row, source, card }) => html`
        <sidestream-recs part="row" exportparts=${PARTS} layout="row" data-kind=${row.kind}
          placement=${PLACEMENT[row.kind]} .itemId=${row.kind === 'because' ? row.about : ''} .heading=${row.title}
          .limit=${this.items} .headingLevel=${this.headingLevel} .hrefTemplate=${this.hrefTemplate}
          .currency=${this.currency} .dismissible=${this.dismissible} .addToCart=${this.addToCart} .variantChoice=${this.variantChoice}
          .lowStock=${this.lowStock} .labels=${this.labels} .navigate=${this.navigate}
          .recommender=${source} @error=${this.#onError}>${card}</sidestream-recs>`,
    )}`;
  }

  /** Errors of a row are errors of this element: they do not bubble. */
  readonly #onError = (event: Event): void => {
    event.preventDefault();
    if (event instanceof CustomEvent) this.report(event.detail.error);
  };

  /** Uses the recommender of the bundle that the attribute names. */
  async #share(): Promise<void> {
    const { bundle, namespace, market, workerUrl, consent } = this;
    try {
      await this.#found.share({ bundle, namespace, market, workerUrl, consent });
    } catch (thrown) {
      this.#enter('hidden');
      this.report(thrown);
    }
  }

  protected override languageChanged(): void {
    this.#later();
  }

  #use(recommender: Recommender): (() => void)[] {
    this.#place.recommender = recommender;
    this.#later(0);
    return [recommender.on('change', () => this.#later()), recommender.on('error', this.report)];
  }

  /** Plans again; until then, the lists keep the present plan. */
  #later(delay = PLAN_DELAY): void {
    this.#plan = null;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(), delay);
  }

  readonly #planned = (): Promise<RowsResponse> => {
    const recommender = this.#found.value;
    if (!recommender) return Promise.reject(new SidestreamError('runtime/closed', 'The rows have no recommender.'));
    const exclude = [...new Set([...(this.exclude ?? []), ...itemsShownBefore(this.#place)])];
    this.#plan ??= recommender.recommendRows({
      limit: this.limit,
      items: this.items,
      exclude,
      lang: languageOf(this),
      ...(this.filter ? { filter: this.filter } : {}),
    });
    return this.#plan;
  };

  async #load(): Promise<void> {
    const recommender = this.#found.value;
    if (!recommender || this.#found.waits || !this.isConnected || (this.#phase === 'filled' && !isRendered(this)))
      return;
    // After the lists that come earlier in the document, whose products are in no row.
    await turnsOf(recommender).take(this, () => this.#show(recommender));
  }

  async #show(recommender: Recommender): Promise<void> {
    const planned = this.#planned();
    try {
      const { rows } = await planned;
      // A later change has begun another plan.
      if (planned !== this.#plan || !this.isConnected) return;
      const before = new Map(this.#rows.map((shown) => [keyOf(shown.row), shown]));
      this.#rows = inPlace([...before.keys()], rows).map((row) => {
        const known = before.get(keyOf(row));
        const template = this.querySelector(':scope > template');
        return known && recommender === this.#planner
          ? { ...known, row }
          : { row, source: rowSource(recommender, row, this.#planned), card: template?.cloneNode(true) ?? null };
      });
      this.#planner = recommender;
      this.#place.ids = rows.flatMap(({ items }) => items.map(({ item }) => item.id));
      takeItems(this.#place);
      this.#enter(rows.length > 0 ? 'filled' : 'hidden');
    } catch (thrown) {
      if (planned !== this.#plan) return;
      this.#plan = null;
      if (this.#phase === 'loading') this.#enter('hidden');
      this.report(thrown);
    }
  }

  /** The recommender whose rows are shown. */
  #planner: Recommender | null = null;

  #enter(phase: SidestreamRows['state']): void {
    this.#phase = phase;
    this.requestUpdate();
  }
}

define('sidestream-rows', SidestreamRows);

declare global {
  interface HTMLElementTagNameMap {
    'sidestream-rows': SidestreamRows;
  }
}
