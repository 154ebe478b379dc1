import type { Recommendation } from '../../../device/protocol';
import { languageOf, once } from '../dom';
import { PAGE_TEXTS } from '../labels';
import type { Bundle } from './bundle';
import type { CardExtras, ExtrasServices } from './card-extras';
import type { Feed } from './feed/feed';
import { type CardsHost, idsInView, type Settings } from './settings';
import type { CardFiller, TemplateCards } from './template-card';
import type { VariantChoice } from './variant-choice';

const loadExtras = once(() => import('./card-extras'));

const hasExtras = ({ item, prices }: Recommendation): boolean =>
  !!(prices || item.listPrice || item.rating || item.quantity || item.published || item.images?.[0]);

const bundleCode = () => import('./bundle');
const feedCode = () => import('./feed/feed');
const choiceCode = () => import('./variant-choice');

interface Services extends ExtrasServices {
  feed?: (made: typeof Feed) => Feed;
}

/** The code that only some cards need, each loaded late: bundles, feeds, the page's own card, ratings, badges and buttons. */
export class ListCards {
  bundle: Bundle | undefined;
  extras: CardExtras | undefined;
  feed: Feed | undefined;
  variants: VariantChoice | undefined;
  #templates: TemplateCards | undefined;
  #loadingTemplate: Promise<void> | undefined;

  constructor(
    private readonly host: CardsHost,
    private readonly services: Services,
  ) {}

  /** Starts loading, in parallel with the worker; `load` waits for it and reports a failure. */
  prepare(layout: Settings['layout']): void {
    void this.loadTemplate();
    if (layout === 'bundle') bundleCode().catch(() => undefined);
    if (layout === 'feed') feedCode().catch(() => undefined);
    if (this.host.variantChoice) choiceCode().catch(() => undefined);
    if (this.host.addToCart) this.prepareExtras();
  }

  prepareExtras(): void {
    loadExtras().catch(() => undefined);
  }

  /**
   * Loads the code and the texts for some items before the first of their cards is shown, so nothing moves later. It never
   * rejects.
   */
  async load(items: Recommendation[], layout: Settings['layout']): Promise<void> {
    try {
      // The observer of the language reports a failure.
      await PAGE_TEXTS.load(languageOf(this.host)).catch(() => undefined);
      await this.loadTemplate();
      let cards = items;
      if (layout === 'bundle') {
        this.bundle ??= new (await bundleCode()).Bundle(this.host);
        cards = await this.bundle.cardsOf(items, idsInView(this.host.itemId)[0]);
      }
      if (layout === 'feed') {
        this.feed ??= this.services.feed?.((await feedCode()).Feed);
        await this.feed?.restore();
        cards = [...items, ...(this.feed?.items ?? [])];
      }
      await this.loadVariants(items, layout);
      if (this.extras || !(this.host.addToCart || this.#template || cards.some(hasExtras))) return;
      const { CardExtras } = await loadExtras();
      this.extras ??= new CardExtras(this.host, this.services);
    } catch (thrown) {
      this.host.listFailed(thrown);
    }
  }

  /** Loads the variants of products whose cards let the shopper choose. */
  async loadVariants(items: Recommendation[], layout: Settings['layout']): Promise<void> {
    // A bundle has one price for all, and a card of the page's own shows what it likes.
    if (!this.host.variantChoice || this.#template || layout === 'bundle') this.variants = undefined;
    else {
      this.variants ??= new (await choiceCode()).VariantChoice(this.host);
      await this.variants.load(items, languageOf(this.host));
    }
  }

  /** Loads the code for the page's own card, a `<template>` child, if there is one. If that fails, the built-in card is used. */
  loadTemplate(): Promise<void> | undefined {
    if (!this.#template) return undefined;
    this.#loadingTemplate ??= Promise.all([import('./template-card'), loadExtras()])
      .then(([{ TemplateCards }]) => {
        this.#templates = new TemplateCards(this.host);
      })
      .catch((thrown: unknown) => this.host.listFailed(thrown))
      .finally(() => this.host.requestUpdate());
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
    return this.host.querySelector(':scope > template');
  }
}
