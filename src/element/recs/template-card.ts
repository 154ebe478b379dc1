import type { Recommendation } from '../../protocol';
import { warnOnce } from '../mistakes';
import type { Addresses } from './address';
import { type Fields, fillTemplate } from './template-fill';

/** The words between braces a card template may use: `{title}`, `{price}` … */
export interface CardFields extends Fields {
  id: string;
  title: string;
  description: string;
  category: string;
  price: string;
  image: string;
  href: string;
  reason: string;
  source: string;
  position: string;
}

/** The fields of one recommendation; address, price and picture as they are to be shown. */
export function cardFields(
  { item, reason, source }: Recommendation,
  position: number,
  href: string,
  price: string,
  image: string,
): CardFields {
  const { id, title, description, category } = item;
  return { id, title, description, category, image, price, href, reason, source, position: `${position}` };
}

/**
 * Cards made from the page's own `<template>`. A card is only made anew when something it shows has changed, so that a
 * refreshed list does not flicker and a picture is not loaded twice.
 */
export class TemplateCards {
  readonly #cards = new Map<string, { signature: string; element: HTMLElement }>();
  #template: HTMLTemplateElement | undefined;
  #host: Element | undefined;
  #sheet: CSSStyleSheet | undefined;

  constructor(private readonly addresses: Addresses) {}

  /**
   * Takes a template with its style sheets; cards of another one are let go of. The sheets are adopted, not inserted:
   * a page's policy may bar inline styles, and one sheet serves all cards.
   */
  use(template: HTMLTemplateElement | null, root: ShadowRoot): void {
    if (template === (this.#template ?? null)) return;
    this.#cards.clear();
    this.#template = template ?? undefined;
    this.#host = root.host;
    const others = root.adoptedStyleSheets.filter((sheet) => sheet !== this.#sheet);
    this.#sheet = new CSSStyleSheet();
    this.#sheet.replaceSync(
      [...(template?.content.querySelectorAll('style') ?? [])].map(({ textContent }) => textContent).join('\n'),
    );
    root.adoptedStyleSheets = [...others, this.#sheet];
  }

  /** The filled card of one item. Catalogue texts are only ever inserted as text. */
  card(
    template: HTMLTemplateElement,
    recommendation: Recommendation,
    position: number,
    href: string,
    price: string,
  ): HTMLElement {
    const fields = cardFields(
      recommendation,
      position,
      href,
      price,
      this.addresses.safeImage(recommendation.item.image),
    );
    const { position: _, ...shown } = fields;
    const signature = JSON.stringify(template.innerHTML.includes('{position}') ? fields : shown);
    const known = this.#cards.get(fields.id);
    if (known?.signature === signature) return known.element;
    const element = document.createElement('div');
    element.part.add('card');
    element.append(fillTemplate(template, fields, this.addresses, this.#refused));
    this.#cards.set(fields.id, { signature, element });
    return element;
  }

  /** Lets go of the cards of items that are no longer listed. */
  keep(ids: Set<string>): void {
    for (const id of this.#cards.keys()) if (!ids.has(id)) this.#cards.delete(id);
  }

  readonly #refused = (place: string): void => {
    if (!this.#host) return;
    const advice = place.includes(' ')
      ? 'Put fields in texts, in attributes such as title, alt, aria-label or data-…, and in the addresses of links and pictures; listen to "itemclick" for what is chosen.'
      : 'Put it in the page; listen to "recommend" for a new list.';
    warnOnce(
      this.#host,
      place,
      `<template>: ${place} is left out: what a product says would get to where it runs or loads. ${advice}`,
    );
  };
}
