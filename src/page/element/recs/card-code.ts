import type { Recommendation } from '../../../device/protocol';
import { languageOf, once } from '../dom';
import { PAGE_TEXTS } from '../labels';
import type { List } from '../list/list';
import { idsInView, type Settings } from '../list/request';
import type { Bundle } from './bundle';
import type { CardExtras, CardOwner } from './card-extras';
import type { Feed } from './feed/feed';
import type { CardFiller, TemplateCards } from './template-card';
import type { VariantChoice } from './variant-choice';

const loadExtras = once(() => import('./card-extras'));

const hasExtras = ({ item, prices }: Recommendation): boolean =>
  !!(prices || item.listPrice || item.rating || item.quantity || item.published || item.images?.[0]);

const bundleCode = () => import('./bundle');
const feedCode = () => import('./feed/feed');
const choiceCode = () => import('./variant-choice');

/** The code that only some cards need, each loaded late: bundles, feeds, the page's own card, ratings, badges and buttons. */
export class CardCode {
  bundle: Bundle | undefined;
  extras: CardExtras | undefined;
  feed: Feed | undefined;
  variants: VariantChoice | undefined;
  #templates: TemplateCards | undefined;
  #loadingTemplate: Promise<void> | undefined;

  /** @param list the owner if that is a list, which may have variants and another layout */
  constructor(
    private readonly owner: CardOwner,
    private readonly list?: List,
  ) {}

  /** Starts loading, in parallel with the worker; `load` waits for it and reports a failure. */
  prepare({ settings: { layout }, host }: List): void {
    void this.loadTemplate();
    if (layout === 'bundle') bundleCode().catch(() => undefined);
    if (layout === 'feed') feedCode().catch(() => undefined);
    if (host.variantChoice) choiceCode().catch(() => undefined);
    if (host.addToCart) this.prepareExtras();
  }

  prepareExtras(): void {
    loadExtras().catch(() => undefined);
  }

  /**
   * Loads the code and the texts for some items before the first of their cards is shown, so nothing moves later. It never
   * rejects.
   */
  async load(items: Recommendation[]): Promise<void> {
    const { host } = this.owner;
    try {
      // The observer of the language reports a failure.
      await PAGE_TEXTS.load(languageOf(host)).catch(() => undefined);
      await this.loadTemplate();
      const cards = this.list ? await this.#loadLayout(this.list, items) : items;
      if (this.extras || !(host.addToCart || this.#template || cards.some(hasExtras))) return;
      const { CardExtras } = await loadExtras();
      this.extras ??= new CardExtras(this.owner);
    } catch (thrown) {
      host.report(thrown);
    }
  }

  /** Loads the code of a layout. @returns the items for which it has cards */
  async #loadLayout(list: List, items: Recommendation[]): Promise<Recommendation[]> {
    const { layout } = list.settings;
    let cards = items;
    if (layout === 'bundle') {
      this.bundle ??= new (await bundleCode()).Bundle(list);
      cards = await this.bundle.cardsOf(items, idsInView(list.host.itemId)[0]);
    }
    if (layout === 'feed') {
      this.feed ??= new (await feedCode()).Feed(list, (back) => this.#loadVariants(list, back));
      await this.feed.restore();
      cards = [...items, ...this.feed.items];
    }
    await this.#loadVariants(list, items);
    return cards;
  }

  /** Loads the variants of products whose cards let the shopper choose. */
  async #loadVariants(list: List, items: Recommendation[]): Promise<void> {
    // A bundle has one price for all, and a card of the page's own shows what it likes.
    if (!list.host.variantChoice || this.#template || list.settings.layout === 'bundle') this.variants = undefined;
    else {
      this.variants ??= new (await choiceCode()).VariantChoice(list);
      await this.variants.load(items);
    }
  }

  /** The code of a layout, once it is loaded; null for one without code of its own. */
  layout(name: Settings['layout']): Bundle | Feed | null {
    return (name === 'bundle' ? this.bundle : name === 'feed' ? this.feed : null) ?? null;
  }

  /** Loads the code for the page's own card, a `<template>` child, if there is one. If that fails, the built-in card is used. */
  loadTemplate(): Promise<void> | undefined {
    if (!this.#template) return undefined;
    const { host } = this.owner;
    this.#loadingTemplate ??= Promise.all([import('./template-card'), loadExtras()])
      .then(([{ TemplateCards }]) => {
        this.#templates = new TemplateCards(host);
      })
      .catch(host.report)
      .finally(() => host.requestUpdate());
    return this.#loadingTemplate;
  }

  /** Fills the cards of one rendering from the present template; undefined without a template. */
  filler(): CardFiller | undefined {
    return this.#templates?.use(this.#template);
  }

  keep(items: Recommendation[]): void {
    this.variants?.keep(items);
    this.#templates?.keep(new Set(items.map(({ item }) => item.id)));
  }

  get #template(): HTMLTemplateElement | null {
    return this.owner.host.querySelector(':scope > template');
  }
}
