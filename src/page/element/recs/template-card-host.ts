import type { Recommendation } from '../../../device/protocol';
import { loadExtras } from './extras-loader';
import { safeHref, safeImage } from './safe-url';
import type { TemplateCards, TemplateContext } from './template-card';

type TemplateHost = Element & { readonly renderRoot: DocumentFragment | HTMLElement };

/** The page's own card, a `<template>` child. The code that fills it is a late chunk, loaded only if there is such a child. */
export class TemplateCardHost {
  readonly #host: TemplateHost;
  readonly #settled: () => void;
  readonly #onFailure: (thrown: unknown) => void;
  #cards: TemplateCards | undefined;
  #loading: Promise<void> | undefined;
  #failed = false;

  /**
   * @param settled called once the code has loaded or failed to load
   * @param failed called before `settled` if it failed; the built-in card is used then
   */
  constructor(host: TemplateHost, settled: () => void, failed: (thrown: unknown) => void) {
    this.#host = host;
    this.#settled = settled;
    this.#onFailure = failed;
  }

  /** The page's template, if it has one. */
  get template(): HTMLTemplateElement | null {
    return this.#host.querySelector(':scope > template');
  }

  /** Whether cards can be rendered; starts loading the code if it is missing. */
  ready(): boolean {
    if (this.#cards || this.#failed || !this.template) return true;
    this.#loading ??= Promise.all([import('./template-card'), loadExtras()])
      .then(([{ TemplateCards }]) => {
        this.#cards = new TemplateCards({ safeHref, safeImage });
      })
      .catch((thrown: unknown) => {
        this.#failed = true;
        this.#onFailure(thrown);
      })
      .finally(this.#settled);
    return false;
  }

  /** Resolves when cards can be rendered. */
  async loaded(): Promise<void> {
    if (!this.ready()) await this.#loading;
  }

  /** Makes the cards of one rendering from the present template; undefined without a template. */
  filler():
    | ((
        card: Recommendation,
        position: number,
        href: string,
        price: string,
        context: TemplateContext,
      ) => HTMLElement | undefined)
    | undefined {
    const { template } = this;
    const cards = this.#cards;
    cards?.use(template, this.#host.renderRoot as ShadowRoot);
    if (!template || !cards) return undefined;
    return (...card) => cards.card(template, ...card);
  }

  /** Drops the cards of items that are no longer listed. */
  keep(ids: Set<string>): void {
    this.#cards?.keep(ids);
  }
}
