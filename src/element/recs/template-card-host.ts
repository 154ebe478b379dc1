import type { Recommendation } from '../../protocol';
import { safeHref, safeImage } from './address';
import type { TemplateCards } from './template-card';

/** The page's own card, a `<template>` child. The code that fills it is loaded only where there is one. */
export class OwnCard {
  #cards: TemplateCards | undefined;
  #loading: Promise<void> | undefined;
  #failed = false;

  /**
   * @param arrived called once the code is there, or failed to come
   * @param failed called before that when it failed; the built-in card takes the place then
   */
  constructor(
    private readonly host: Element & { readonly renderRoot: DocumentFragment | HTMLElement },
    private readonly arrived: () => void,
    private readonly failed: (thrown: unknown) => void,
  ) {}

  get #template(): HTMLTemplateElement | null {
    return this.host.querySelector(':scope > template');
  }

  /** Whether cards can be made; begins to load what is missing for it. */
  ready(): boolean {
    if (this.#cards || this.#failed || !this.#template) return true;
    this.#loading ??= import('./template-card')
      .then(({ TemplateCards }) => {
        this.#cards = new TemplateCards({ safeHref, safeImage });
      })
      .catch((thrown: unknown) => {
        this.#failed = true;
        this.failed(thrown);
      })
      .finally(this.arrived);
    return false;
  }

  /** Takes the template as it is now, for the cards of one rendering. Undefined without one: then cards are built in. */
  filler(): ((card: Recommendation, position: number, href: string, price: string) => HTMLElement) | undefined {
    const template = this.#template;
    const cards = this.#cards;
    cards?.use(template, this.host.renderRoot as ShadowRoot);
    if (!template || !cards) return undefined;
    return (...card) => cards.card(template, ...card);
  }

  /** Lets go of the cards of items that are no longer listed. */
  keep(ids: Set<string>): void {
    this.#cards?.keep(ids);
  }
}
