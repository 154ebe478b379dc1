import type { Recommendation } from '../recommender';
import { safeHref, safeImage } from './address';

/** The words between braces a card template may use: `{title}`, `{price}` … */
export interface CardFields {
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

/** The fields of one recommendation; `href` and `price` as they are to be shown. */
export function cardFields(
  { item, reason, source }: Recommendation,
  position: number,
  href: string,
  price: string,
): CardFields {
  const { id, title, description, category, image = '' } = item;
  return { id, title, description, category, image, price, href, reason, source, position: `${position}` };
}

/** `text` with every known `{name}` replaced; unknown ones stay as they are. */
export function fill(text: string, fields: CardFields): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(fields, name) ? fields[name as keyof CardFields] : whole,
  );
}

/** Attributes that load or open something. */
const ADDRESSES = ['href', 'xlink:href', 'src', 'action', 'formaction', 'data', 'poster'];

/**
 * Cards made from the page's own `<template>`. A card is only made anew when something it shows has changed, so that a
 * refreshed list does not flicker and a picture is not loaded twice.
 */
export class TemplateCards {
  readonly #cards = new Map<string, { signature: string; element: HTMLElement }>();
  #template: HTMLTemplateElement | undefined;
  #sheet: CSSStyleSheet | undefined;

  /**
   * Takes a template with its style sheets; cards of another one are let go of. The sheets are adopted, not inserted:
   * a page's policy may bar inline styles, and one sheet serves all cards.
   */
  use(template: HTMLTemplateElement | null, root: ShadowRoot): void {
    if (template === (this.#template ?? null)) return;
    this.#cards.clear();
    this.#template = template ?? undefined;
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
    const fields = cardFields(recommendation, position, href, price);
    const { position: _, ...shown } = fields;
    const signature = JSON.stringify(template.innerHTML.includes('{position}') ? fields : shown);
    const known = this.#cards.get(fields.id);
    if (known?.signature === signature) return known.element;
    const element = document.createElement('div');
    element.part.add('card');
    element.append(fillTemplate(template, fields));
    this.#cards.set(fields.id, { signature, element });
    return element;
  }

  /** Lets go of the cards of items that are no longer listed. */
  keep(ids: Set<string>): void {
    for (const id of this.#cards.keys()) if (!ids.has(id)) this.#cards.delete(id);
  }
}

function fillTemplate(template: HTMLTemplateElement, fields: CardFields): DocumentFragment {
  const content = document.importNode(template.content, true);
  for (const style of content.querySelectorAll('style')) style.remove();
  const walker = document.createTreeWalker(content, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node instanceof Text) {
      node.data = fill(node.data, fields);
    } else if (node instanceof Element) {
      fillAttributes(node, fields);
    }
  }
  return content;
}

function fillAttributes(element: Element, fields: CardFields): void {
  for (const { name, value } of [...element.attributes]) {
    if (!value.includes('{')) continue;
    // Filled in, these would run what a catalogue says.
    if (name.startsWith('on') || name === 'srcdoc' || name === 'style') element.removeAttribute(name);
    else {
      const safe = element instanceof HTMLImageElement ? safeImage : safeHref;
      const filled = fill(value, fields);
      element.setAttribute(name, ADDRESSES.includes(name) ? safe(filled) : filled);
    }
  }
}
