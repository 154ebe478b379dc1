import '../../src/page/element';
import type {
  Item,
  Recommendation,
  Recommender,
  RecommenderCatalog,
  RecommendRequest,
  TrackDetails,
} from '../../src/device/protocol';
import { FakeRecommender } from '../../testing/fake-recommender';
import { productsIn } from './element-products';

type Answer = 'filled' | 'empty' | 'error' | 'loading';

/** Options of a list that a spec adds, and of the recommender behind it. */
export interface ListOptions {
  attributes?: Record<string, string>;
  html?: string;
  answer?: Answer;
  language?: string;
  /** Changes to the first products. */
  products?: (Partial<Omit<Recommendation, 'item'>> & { item?: Partial<Item> })[];
  /** Recommender of an earlier list to share, by its number. */
  share?: number;
  /** Leaves the list without a recommender. */
  orphan?: boolean;
  /** Currency of the shop's offers. */
  currency?: string;
  /** Lets errors reach the console. */
  loud?: boolean;
  /** The list takes no room if it fails or is empty. */
  quiet?: boolean;
}

/** The recommender behind one or several lists. */
class Shop {
  readonly requests: RecommendRequest[] = [];
  readonly tracked: [type: string, id: string, position: number | undefined][] = [];
  /** Products put into the cart, with the details of the event. */
  readonly carts: [id: string, details: TrackDetails | undefined][] = [];
  readonly recommender: Recommender;
  readonly #fake = new FakeRecommender();
  readonly #dismissed = new Set<string>();
  #choices = 0;
  #open: () => void = () => undefined;
  #gate = new Promise<void>((resolve) => {
    this.#open = resolve;
  });

  constructor(
    public answer: Answer,
    readonly products: Recommendation[],
    readonly currency: string | undefined,
  ) {
    if (answer !== 'loading') this.#open();
    const fake = this.#fake.recommender;
    const get: RecommenderCatalog['get'] = async (id) => this.products.find(({ item }) => item.id === id)?.item ?? null;
    this.recommender = {
      ...fake,
      catalog: { ...fake.catalog, get },
      recommend: (request = {}) => this.#recommend(request),
      track: async (type, id, details) => {
        this.tracked.push([type, id, details?.position]);
        if (type === 'cart') this.carts.push([id, details]);
        if (`${type}` === 'dismiss') this.#dismissed.add(id);
        if (`${type}` === 'undismiss') this.#dismissed.delete(id);
        // The learner counts in the same way: a dismissal is not a choice.
        if (!['impression', 'dismiss', 'undismiss'].includes(type)) this.#choices += 1;
        if (type === 'impression') return;
        // The worker's event arrives after the call, never during it.
        await new Promise((resolve) => setTimeout(resolve));
        this.change();
      },
    };
  }

  /** Resolves the requests of a loading list. */
  open(): void {
    this.#open();
  }

  change(): void {
    this.#fake.change({ events: this.#choices, dismissed: this.#dismissed.size });
  }

  /** Drops dismissals and choices, as `profile.reset()` does. */
  reset(): void {
    this.#dismissed.clear();
    this.#choices = 0;
    this.change();
  }

  async #recommend(request: RecommendRequest) {
    this.requests.push(request);
    await this.#gate;
    if (this.answer === 'error') throw new Error('The shop is closed.');
    const inView = [request.itemId ?? []].flat();
    const excluded = new Set([
      ...(request.exclude ?? []),
      ...inView,
      ...this.#dismissed,
      ...this.carts.map(([id]) => id),
    ]);
    const items = this.products.filter(({ item }) => !excluded.has(item.id)).slice(0, request.limit);
    const id = `r${this.requests.length}`;
    const offered = this.currency === undefined ? {} : { currency: this.currency };
    return { id, placement: request.placement ?? 'for-you', items: this.answer === 'empty' ? [] : items, ...offered };
  }
}

const shops: Shop[] = [];

const page = {
  shops,
  /** Adds a list to the page; resolves with its number. */
  async add(options: ListOptions): Promise<number> {
    const {
      attributes = {},
      html = '',
      answer = 'filled',
      language = 'en',
      products = [],
      share,
      orphan,
      currency,
      loud,
      quiet,
    } = options;
    const all = productsIn(language).map((product, n) => ({
      ...product,
      ...products[n],
      item: { ...product.item, ...products[n]?.item },
    }));
    const shop = share === undefined ? new Shop(answer, all, currency) : shops[share];
    shops.push(shop);
    const list = document.createElement('sidestream-recs');
    list.innerHTML = html;
    list.toggleAttribute('show-errors', !quiet);
    for (const [name, value] of Object.entries(attributes)) list.setAttribute(name, value);
    if (!loud) list.addEventListener('error', (event) => event.preventDefault());
    if (!orphan) list.recommender = shop.recommender;
    document.querySelector('main')?.append(list);
    await list.updateComplete;
    return shops.length - 1;
  },
};

declare global {
  interface Window {
    lists: typeof page;
  }
}
window.lists = page;
