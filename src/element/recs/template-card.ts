import type { Recommendation } from '../../protocol';
import { warnOnce } from '../warnings';
import type { SafeUrls } from './safe-url';

/** Values of the placeholders in braces, by name. */
export type Fields = Readonly<Record<string, string>>;

/** `text` with every known `{name}` replaced; unknown ones stay as they are. */
export function fill(text: string, fields: Fields): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(fields, name) ? (fields[name] ?? whole) : whole,
  );
}

/** Elements that are left out of a card: they run, or change the whole page. Styles are adopted as sheets. */
const LEFT_OUT = 'script, style, base, meta';
/** Elements that load documents and styles, or set attributes of others: no field may be filled in there. */
const NO_FIELDS = new Set(
  'iframe frame frameset fencedframe object embed applet portal link use set animate animatemotion animatetransform'.split(
    ' ',
  ),
);
/** Attributes that run their value, or send or load something invisibly. Handlers (`on…`) are refused, too. */
const NO_FIELD = new Set('style srcdoc ping attributionsrc is nonce base manifest'.split(' '));
/** Attributes that navigate or load something. */
const ADDRESSES = new Set('href src action formaction data poster background cite longdesc codebase'.split(' '));
/** Attributes that load an image, in which nothing runs. */
const PICTURES = new Set(['img src', 'input src', 'source src', 'video src', 'video poster', 'image href']);

/**
 * The contents of a template with its fields filled in. Fields come from the catalog: they are only ever filled in as text,
 * attribute values without effect, and addresses of pages and images, wherever the template puts them.
 * @param urls checks the addresses
 * @param refused receives each place that is left out because it must not be filled, such as `<b onclick>`
 */
export function fillTemplate(
  template: HTMLTemplateElement,
  fields: Fields,
  urls: SafeUrls,
  refused: (place: string) => void,
): DocumentFragment {
  // Cloned and not imported: in the template's own document nothing runs or loads before it is filled.
  const content = template.content.cloneNode(true) as DocumentFragment;
  for (const element of content.querySelectorAll(LEFT_OUT)) {
    if (element.localName !== 'style') refused(`<${element.localName}>`);
    element.remove();
  }
  const walker = document.createTreeWalker(content, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node instanceof Text) node.data = fill(node.data, fields);
    else if (node instanceof Element) fillAttributes(node, fields, urls, refused);
  }
  return content;
}

function fillAttributes(element: Element, fields: Fields, urls: SafeUrls, refused: (place: string) => void): void {
  const tag = element.localName.toLowerCase();
  for (const attribute of [...element.attributes]) {
    const filled = fill(attribute.value, fields);
    if (filled === attribute.value) continue;
    // `xlink:href` counts as `href`, whatever the prefix.
    const name = attribute.localName.toLowerCase().replace(/^.*:/, '');
    if (name.startsWith('on') || NO_FIELD.has(name) || NO_FIELDS.has(tag)) {
      refused(`<${tag} ${attribute.name}>`);
      element.removeAttributeNode(attribute);
    } else if (isHarmless(tag, name, filled, urls)) attribute.value = filled;
    // A link without an address can still be chosen, by keyboard too: the list keeps it from reloading the page.
    else if (`${tag} ${attribute.name}` === 'a href') attribute.value = '';
    else element.removeAttributeNode(attribute);
  }
}

/** Whether an attribute holds no address, or that of a page or an image. */
function isHarmless(tag: string, name: string, filled: string, { safeHref, safeImage }: SafeUrls): boolean {
  if (name === 'srcset') return areImages(filled, safeImage);
  if (!ADDRESSES.has(name)) return true;
  return (PICTURES.has(`${tag} ${name}`) ? safeImage(filled) : safeHref(filled)) !== '';
}

/**
 * Whether every possible address in a `srcset` is that of an image. Spaces and commas end an address here; a longer one
 * that a browser reads has the same beginning, and so the same scheme.
 */
export function areImages(srcset: string, safeImage: SafeUrls['safeImage']): boolean {
  const parts = srcset.split(/[\s,]+/).filter(Boolean);
  return parts.length > 0 && parts.every((part) => safeImage(part) !== '');
}

/** The placeholders that a card template may use: `{title}`, `{price}` … */
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

/** The fields of one recommendation; address, price and image as they are shown. */
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
 * Cards made from the page's own `<template>`. A card is replaced only when something it shows has changed, so that a
 * refreshed list does not flicker and an image is not loaded twice.
 */
export class TemplateCards {
  readonly #urls: SafeUrls;
  readonly #cards = new Map<string, { signature: string; element: HTMLElement }>();
  #template: HTMLTemplateElement | undefined;
  #host: Element | undefined;
  #sheet: CSSStyleSheet | undefined;

  constructor(urls: SafeUrls) {
    this.#urls = urls;
  }

  /**
   * Sets the template with its style sheets; cards of another one are dropped. The sheets are adopted, not inserted: a
   * page's policy may bar inline styles, and one sheet serves all cards.
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

  /** The filled card of one item. Texts of the catalog are only ever inserted as text. */
  card(
    template: HTMLTemplateElement,
    recommendation: Recommendation,
    position: number,
    href: string,
    price: string,
  ): HTMLElement {
    const fields = cardFields(recommendation, position, href, price, this.#urls.safeImage(recommendation.item.image));
    const { position: _, ...shown } = fields;
    const signature = JSON.stringify(template.innerHTML.includes('{position}') ? fields : shown);
    const known = this.#cards.get(fields.id);
    if (known?.signature === signature) return known.element;
    const element = document.createElement('div');
    element.part.add('card');
    element.append(fillTemplate(template, fields, this.#urls, this.#refused));
    this.#cards.set(fields.id, { signature, element });
    return element;
  }

  /** Drops the cards of items that are no longer listed. */
  keep(ids: Set<string>): void {
    for (const id of this.#cards.keys()) if (!ids.has(id)) this.#cards.delete(id);
  }

  readonly #refused = (place: string): void => {
    if (!this.#host) return;
    const advice = place.includes(' ')
      ? 'Put fields in texts, in attributes such as title, alt, aria-label or data-…, and in the addresses of links and pictures; listen to "itemclick" for the chosen product.'
      : 'Put it in the page; listen to "recommend" for a new list.';
    warnOnce(
      this.#host,
      place,
      `<template>: ${place} is left out: a text of the catalog would run or load there. ${advice}`,
    );
  };
}
