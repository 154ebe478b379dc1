import { html, type LitElement, nothing, type TemplateResult } from 'lit';
import { formatPrice, numberFormat, safeImage } from '../../../core/card';
import { type Badge, badgeOf, isLowest, isReduced, ratingOf, savingOf, secondImageOf } from '../../../core/card/facts';
import type { EventType, Item, Recommendation, TrackDetails } from '../../../device/protocol';
import { addStyles } from '../dom';
import { emit, type RecsClickDetail } from '../events';
import { unseenStyles } from '../shared.styles';
import { cardExtrasStyles } from './card-extras.styles';
import type { CardLabels, RecsLabels } from './labels';

/** How long a button confirms, ms; the list keeps the card for that time although the product is already in the cart. */
const CONFIRMATION = 2500;

/** Outlines of five stars, 16 units each. */
const STARS = [8, 24, 40, 56, 72]
  .map((x) => `M${x} 1.3l2.06 4.17 4.61.67-3.33 3.25.79 4.59L${x} 11.8l-4.13 2.18.79-4.59-3.33-3.25 4.61-.67z`)
  .join('');

/** Ratings and counts: `4.5`, `1,204`. */
const DECIMAL = { maximumFractionDigits: 1 };
/** Numbers of the catalog, without digit grouping: they may be years. */
const PLAIN = { useGrouping: false, maximumFractionDigits: 6 };

/** A list or a search, as its cards see it. */
export interface CardOwner {
  readonly host: LitElement & { readonly addToCart?: boolean; report(thrown: unknown): void };
  /** Tracks an event of an item, with the recommendation that it is from. */
  track(type: EventType, id: string, details?: TrackDetails): void;
  announce?(message: string): void;
  /** Time until which changes do not refresh it, ms. */
  pausedUntil?: number;
}

export interface ExtrasContext {
  language: string | undefined;
  currency: string;
  /** Stock level up to which a product is about to sell out. */
  lowStock: number;
  labels: RecsLabels;
}

/** An item with the prices of its product's variants. */
type Priced = Pick<Recommendation, 'item' | 'prices'>;

/** Texts of a card beyond picture, title, price and reason; empty if the item has no such value. */
export type CardFacts = ReturnType<CardExtras['facts']>;

/** Renders the parts of a card beyond picture, title, price and reason, and lets the shopper add a product to the cart. */
export class CardExtras {
  /** Ids of the products whose buttons are confirming, each with the timer that ends the confirmation. */
  readonly #added = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(private readonly owner: CardOwner) {
    const { renderRoot } = owner.host;
    for (const styles of [unseenStyles, cardExtrasStyles]) addStyles(renderRoot, styles);
    for (const type of ['pointerover', 'focusin']) renderRoot.addEventListener(type, loadSecondImage);
  }

  /** Adds to an item's card. @param price formatted */
  parts(recommendation: Priced, price: string, context: ExtrasContext) {
    const { item } = recommendation;
    const facts = this.facts(recommendation, price, context);
    const shown = facts.priceFrom || price;
    const { labels } = context;
    return {
      /** On the picture. */
      media: [secondImage(facts.image2), badge(facts)],
      /** Between title and price. */
      rating: rating(item, facts, labels),
      /** Instead of the price. */
      price: facts.listPrice ? reducedPrice(shown, facts, labels) : shown,
      button:
        this.owner.host.addToCart && facts.badge !== 'sold-out'
          ? addButton(item, this.#added.has(item.id) ? labels.added : labels.addToCart)
          : nothing,
    };
  }

  /** The texts of an item's card. @param price formatted */
  facts(recommendation: Priced, price: string, context: ExtrasContext) {
    const { item, prices } = recommendation;
    const { language, currency, lowStock } = context;
    const decimal = numberFormat(language, DECIMAL);
    const formatted = isReduced(item) ? formatPrice(item.listPrice ?? 0, currency, language) : '';
    // Two prices that read the same would look like a mistake.
    const differ = isLowest(recommendation) && formatPrice(prices?.highest ?? 0, currency, language) !== price;
    const listPrice = formatted === price ? '' : formatted;
    const saving = listPrice && savingOf(item);
    const rating = ratingOf(item);
    const badge = badgeOf(listPrice ? item : { ...item, listPrice: undefined }, lowStock, Date.now());
    return {
      /** `from €25.00` if other variants of the product cost more. */
      priceFrom: differ ? context.labels.from(price) : '',
      listPrice,
      /** `−20 %`. */
      saving: saving
        ? numberFormat(language, { style: 'percent' })
            .format(-saving / 100)
            .replace('-', '−')
        : '',
      rating: rating ? decimal.format(rating.value) : '',
      ratings: rating?.count ? decimal.format(rating.count) : '',
      badge: badge ?? ('' as const),
      badgeText: badge ? badgeText(badge, item, context.labels) : '',
      image2: safeImage(secondImageOf(item)),
    };
  }

  /** A catalog value as text: numbers in the reader's language, lists joined with commas. */
  text(value: Item['attributes'][string], language: string | undefined): string {
    if (Array.isArray(value)) return value.join(', ');
    return typeof value === 'number' ? numberFormat(language, PLAIN).format(value) : `${value}`;
  }

  /**
   * Lets the page add a product to its cart, and tracks the event unless the page prevents it.
   * @param event the click; prevented along with the page's event, because a link or form in a template must then do nothing
   */
  add(chosen: RecsClickDetail, event: Event, context: ExtrasContext): void {
    const { item } = chosen;
    const { id, price, title } = item;
    // The middle button opens links in a tab; on a button it is an accident.
    if (event.type !== 'click' || item.availability === 'out-of-stock') return;
    if (!emit(this.owner.host, 'addtocart', { items: [{ ...chosen, quantity: 1 }], total: price ?? null })) {
      event.preventDefault();
      return;
    }
    const currency = context.currency.toUpperCase();
    this.owner.track('cart', id, {
      quantity: 1,
      position: chosen.position,
      ...(price === undefined ? {} : { price, ...(currency ? { currency } : {}) }),
    });
    this.owner.announce?.(context.labels.addedToCart(title));
    this.#confirm(id, event.target instanceof Element ? event.target.closest('[data-add-to-cart]') : null);
  }

  #confirm(id: string, button: Element | null): void {
    clearTimeout(this.#added.get(id));
    this.owner.pausedUntil = Date.now() + CONFIRMATION;
    button?.toggleAttribute('data-added', true);
    const end = () => {
      this.#added.delete(id);
      button?.removeAttribute('data-added');
      this.owner.host.requestUpdate();
    };
    this.#added.set(id, setTimeout(end, CONFIRMATION));
    this.owner.host.requestUpdate();
  }
}

function badgeText(badge: Badge, { quantity = 0 }: Item, labels: RecsLabels): string {
  if (badge === 'sold-out') return labels.outOfStock;
  return badge === 'low-stock' ? labels.lowStock(quantity) : labels[badge];
}

function secondImage(address: string): TemplateResult | typeof nothing {
  return address
    ? html`<img part="second-image" class="second" data-src=${address} alt="" width="256" height="256" decoding="async" @load=${markLoaded} />`
    : nothing;
}

/** The list already shows the sold-out badge, which needs no late code. */
function badge({ badge, badgeText }: CardFacts): TemplateResult | typeof nothing {
  return badge && badge !== 'sold-out'
    ? html`<span part="badge badge-${badge}" class="badge ${badge}">${badgeText}</span>`
    : nothing;
}

/** Few screen readers announce struck-out text: they read a sentence instead, and the two prices are visual only. */
function reducedPrice(price: string, { listPrice, saving }: CardFacts, labels: CardLabels): TemplateResult {
  return html`
    <span class="sidestream-unseen">${labels.reduced(listPrice, price)}</span>
    <span part="sale-price" class="now" aria-hidden="true">${price}</span>
    <s part="list-price" aria-hidden="true">${listPrice}</s>
    ${saving ? html`<span part="saving" class="saving">${saving}</span>` : nothing}`;
}

function rating(item: Item, { ratings }: CardFacts, labels: CardLabels): TemplateResult | typeof nothing {
  const found = ratingOf(item);
  if (!found) return nothing;
  const { value, count } = found;
  const name = count ? `${labels.rating(value)}, ${labels.ratings(count)}` : labels.rating(value);
  // Width attributes instead of styles: a page's policy may bar inline styles.
  return html`
    <p part="rating" class="rating" role="img" aria-label=${name}>
      <svg part="stars" class="stars" viewBox="0 0 80 16" width="80" height="16"><path class="no-star" d=${STARS} /><svg width=${value * 16} height="16"><path class="star" d=${STARS} /></svg></svg>
      ${ratings ? html`<span part="ratings">(${ratings})</span>` : nothing}
    </p>`;
}

function addButton({ title }: Item, label: string): TemplateResult {
  return html`<button part="add-to-cart" class="add" type="button" data-add-to-cart aria-label="${label}: ${title}">${label}</button>`;
}

/** Loads a card's second picture when a mouse, a pen or the keyboard focus first reaches the card; touch never shows it. */
function loadSecondImage(event: Event): void {
  const { target } = event;
  if (!(target instanceof Element)) return;
  if (event instanceof PointerEvent ? event.pointerType === 'touch' : !target.matches(':focus-visible')) return;
  const image = target.closest('.card')?.querySelector<HTMLImageElement>('.second');
  const address = image?.dataset.src;
  if (!image || !address || image.getAttribute('src') === address) return;
  image.classList.remove('loaded');
  image.src = address;
}

/** Shows it once it is complete: the first picture must not give way to an empty tile. */
function markLoaded({ target }: Event): void {
  if (target instanceof Element) target.classList.add('loaded');
}
