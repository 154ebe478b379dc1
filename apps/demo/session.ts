import type {
  Consent,
  EventType,
  Progress,
  Recommendation,
  Recommender,
  Rules,
  Status,
  TrackDetails,
} from '../../src/device/protocol';
import { SidestreamError } from '../../src/error';
import { createRecommender } from '../../src/page/client';
import { type Category, categoryTree } from './category';
import { Observed, SessionElement } from './session-element';
import type { Settings } from './settings';

/** One product, as the recommender returns it. */
export type Item = Recommendation['item'];

/**
 * After three choices of fruit the list should still have other food: half of it at most is of one category. A cap, not
 * `diversity`, for which the first list would wait for the features of the products.
 */
export const RULES: Rules = { categoryCap: 6 };

/** Time after which the shop no longer waits for its first list, ms. */
const LIST_TIMEOUT = 3000;

/** Confirmations shown after an answer about the profile on the device. */
const ANSWERED: Partial<Record<Consent, string>> = {
  granted: 'From now on this is remembered on this device.',
  denied: 'Deleted. From now on nothing is noted or learned.',
};

/** A product in the basket. */
export interface BasketLine {
  item: Item;
  quantity: number;
}

/** State of the open page: the recommender, the categories, the basket. None of it is stored. */
export class Session extends Observed {
  recommender: Recommender | null = null;
  /** Why the shop could not open. */
  failure: SidestreamError | null = null;
  /** An error after which the shop continues. */
  notice: SidestreamError | null = null;
  categories: Category[] = [];
  /** One product of every top category, or of those below if they are few, for the images of the home page; null while they are fetched. */
  examples: { category: Category; item: Item }[] | null = null;
  consent: Consent | null = null;
  /** Number of choices that the lists are worked out from; null until it is known. */
  choices: number | null = null;
  /** Bytes that the page and its workers have sent. */
  sent = 0;
  /** Whether the page has shown a list of recommendations: the rest of the shop is loaded after it. */
  listed = false;
  asking = false;
  /** The outcome of the shopper's answer, for screen readers. */
  answered = '';
  progress: Progress | null = null;
  /** By item id. */
  readonly basket = new Map<string, BasketLine>();
  /** The list that led to a product, to attribute the basket. */
  readonly #origin = new Map<string, TrackDetails>();

  readonly #loaded = new Set<string>();

  constructor(readonly settings: Settings) {
    super();
  }

  /** Opens the shop; call it again after a failure. */
  async open(): Promise<void> {
    this.failure = null;
    this.progress = { stage: 'bundle', loaded: 0, total: 0 };
    this.changed();
    const { bundle, namespace, prepare } = this.settings;
    try {
      await prepare?.();
      const recommender = await createRecommender({
        bundle,
        rules: RULES,
        ...(namespace === undefined ? {} : { namespace, consent: 'pending' }),
        onProgress: (progress) => this.#progress(progress),
      });
      recommender.on('change', (status) => {
        this.#know(status);
        this.changed();
      });
      recommender.on('error', (error) => this.report(error));
      this.recommender = recommender;
      if (this.listed) void this.#loadRest(recommender);
      else setTimeout(() => this.showRest(), LIST_TIMEOUT);
    } catch (thrown) {
      this.failure = SidestreamError.from(thrown);
    }
    this.progress = null;
    this.changed();
  }

  /** The first list is complete, or failed: loads the rest of the shop. */
  showRest(): void {
    if (this.listed) return;
    this.listed = true;
    this.changed();
    if (this.recommender) void this.#loadRest(this.recommender);
  }

  /** Tracks an event of the shopper; the page never waits for it. */
  track(type: EventType, id: string, details?: TrackDetails): void {
    if (type === 'click' && details) this.#origin.set(id, details);
    this.recommender?.track(type, id, details).catch((thrown: unknown) => this.report(thrown));
  }

  /** Stores which list led to a product without tracking the click again (the elements track their own). */
  cameFrom(id: string, details: TrackDetails): void {
    this.#origin.set(id, details);
  }

  addToBasket(item: Item): void {
    const { id, price } = item;
    this.track('cart', id, { ...this.#origin.get(id), quantity: 1, ...(price === undefined ? {} : { price }) });
    this.putInBasket(item);
  }

  /** Adds a product to the basket whose event a list of recommendations tracks. */
  putInBasket(item: Item): void {
    this.basket.set(item.id, { item, quantity: this.inBasket(item.id) + 1 });
    this.changed();
  }

  /** Takes one piece of a product out of the basket, or all of them. */
  takeFromBasket({ item, quantity }: BasketLine, taken = 1): void {
    if (taken < quantity) this.basket.set(item.id, { item, quantity: quantity - taken });
    else {
      this.basket.delete(item.id);
      this.track('uncart', item.id);
    }
    this.changed();
  }

  inBasket(id: string): number {
    return this.basket.get(id)?.quantity ?? 0;
  }

  get basketCount(): number {
    return [...this.basket.values()].reduce((sum, { quantity }) => sum + quantity, 0);
  }

  addSent(bytes: number): void {
    this.sent += bytes;
    this.changed();
  }

  /** Whether anything learns from this shopper. The texts of the shop depend on it. */
  get learns(): boolean {
    return this.consent !== 'denied';
  }

  ask(): void {
    this.asking = true;
    this.changed();
  }

  async decide(consent: Consent): Promise<void> {
    this.asking = false;
    try {
      await this.recommender?.profile.consent(consent);
      this.consent = consent;
      this.answered = ANSWERED[consent] ?? '';
    } catch (thrown) {
      this.report(thrown);
    }
    this.changed();
  }

  /** Loads code that only some pages need, once. */
  load(name: string, load: () => Promise<unknown>): void {
    if (this.#loaded.has(name)) return;
    this.#loaded.add(name);
    load().catch((thrown: unknown) => this.report(thrown));
  }

  report(thrown: unknown): void {
    this.notice = SidestreamError.from(thrown);
    this.changed();
  }

  dismissNotice(): void {
    this.notice = null;
    this.changed();
  }

  async #loadRest(recommender: Recommender): Promise<void> {
    try {
      const [status, paths] = await Promise.all([recommender.status.get(), recommender.catalog.categories()]);
      this.#know(status);
      this.categories = categoryTree(paths);
      this.changed();
      this.examples = await examplesOf(recommender, shelvesOf(this.categories));
    } catch (thrown) {
      this.examples = [];
      this.notice = SidestreamError.from(thrown);
    }
    this.changed();
  }

  #know({ consent, events }: Status): void {
    this.consent = consent;
    this.choices = events;
  }

  #progress(progress: Progress): void {
    const done = progress.total > 0 && progress.loaded >= progress.total;
    this.progress = done ? null : progress;
    this.changed();
  }
}

/** The product whose picture stands for a category of the demo's own catalogue. */
const PICTURED: Partial<Record<string, string>> = {
  Food: 'butter-croissant',
  Clothing: 'running-shoe',
  Toys: 'classic-teddy-bear',
  Models: 'space-rocket-model',
  Electronics: 'retro-television',
  Office: 'stack-of-books',
  Garden: 'potted-house-plant',
  Home: 'sofa-and-floor-lamp',
  Tools: 'red-toolbox',
  Music: 'electric-guitar',
  Sport: 'basketball',
  Party: 'red-balloon',
};

/** Top categories from which on they are the tiles of the home page. */
const ENOUGH_TILES = 6;

const shelvesOf = (categories: Category[]): Category[] =>
  categories.length >= ENOUGH_TILES
    ? categories
    : categories.flatMap((category) => (category.children.length > 0 ? category.children : [category]));

/** One product per category; in another catalogue one a third of the way in: the first ones are often variants of each other. */
async function examplesOf(recommender: Recommender, categories: Category[]): Promise<NonNullable<Session['examples']>> {
  const examples = await Promise.all(
    categories.map(async (category) => {
      const pictured = PICTURED[category.path];
      const chosen = pictured === undefined ? null : await recommender.catalog.get(pictured);
      if (chosen) return [{ category, item: chosen }];
      const offset = Math.floor(category.count / 3);
      const { items } = await recommender.catalog.browse({ category: category.path, offset, limit: 1 });
      return items.flatMap((item) => ({ category, item }));
    }),
  );
  return examples.flat();
}

/** A part of the shop's page. */
export class ShopElement extends SessionElement<Session> {}
