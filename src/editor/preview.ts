import { messageOf } from '../core/common/text';
import { withRules } from '../demo/ruled-lists';
import type { Placement, Recommendation, Recommender } from '../device/protocol';
import { type PublishedRule, rulesAt } from '../device/ranking';
import type {} from '../page/element';
import type { Catalog } from './catalog';

/** Number of products that a simulated shopper has looked at. */
const VIEWED = 5;
const LIMIT = 12;

/** The package's own scripts, which a shop's pages load too. */
const element: Promise<typeof import('../page/client')> = import(
  /* @vite-ignore */ new URL('sidestream/sidestream.js', document.baseURI).href
);

export interface Shown {
  placement: Placement;
  /** The product in view, of `similar` and `complement`. */
  itemId: string;
  /** Milliseconds since the epoch. */
  now: number;
  rules: readonly PublishedRule[];
}

/** A list of the bundle's products with the rules of the draft, for a simulated shopper who is forgotten with the page. */
export class Preview {
  #recommender: Recommender | undefined;
  #shown: Shown | undefined;
  #shoppers = 0;
  #turn: Promise<unknown> = Promise.resolve();

  /**
   * @param room where the list is put
   * @param listed receives the list, in the order shown
   */
  constructor(
    private readonly room: HTMLElement,
    private readonly listed: (items: Recommendation[]) => void,
    private readonly failed: (message: string) => void,
  ) {}

  /** Changes the shopper to somebody who looked at products of a category; empty: somebody unknown. */
  shopper(category: string, { products }: Catalog): void {
    const next = this.#turn.then(async () => {
      const { createRecommender } = await element;
      const before = this.#recommender;
      const namespace = `rules editor ${++this.#shoppers}`;
      // Without consent, the profile is only in memory.
      const recommender = await createRecommender({ bundle: 'bundle/', namespace, consent: 'pending' });
      const liked = products.filter((product) => category !== '' && isIn(product.category, category));
      for (const { id } of liked.slice(0, VIEWED)) await recommender.track('view', id);
      this.#recommender = recommender;
      this.#show();
      await before?.close();
    });
    this.#turn = next.catch((thrown: unknown) => this.failed(messageOf(thrown)));
  }

  show(shown: Shown): void {
    this.#shown = shown;
    this.#show();
  }

  cards(): HTMLElement[] {
    return [...(this.room.firstElementChild?.shadowRoot?.querySelectorAll<HTMLElement>('li[data-id]') ?? [])];
  }

  #show(): void {
    const [of, shown] = [this.#recommender, this.#shown];
    if (!of || !shown) return;
    const { placement, itemId, now, rules } = shown;
    const list = document.createElement('sidestream-recs');
    list.placement = placement;
    list.limit = LIMIT;
    if (itemId && (placement === 'similar' || placement === 'complement')) list.itemId = itemId;
    list.recommender = withRules(of, () => rulesAt(rules, placement, now));
    list.addEventListener('recommend', ({ detail }) => this.listed(detail.items));
    list.addEventListener('error', (event) => {
      event.preventDefault();
      this.failed(event.detail.error.message);
    });
    this.room.replaceChildren(list);
  }
}

const isIn = (paths: string, category: string): boolean =>
  paths.split('|').some((path) => `${path.trim()}/`.startsWith(`${category}/`));
