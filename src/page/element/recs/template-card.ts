import type { LitElement } from 'lit';
import { safeHref, safeImage } from '../../../core/card';
import type { Recommendation } from '../../../device/protocol';
import { warnOnce } from '../dom';
import type { CardExtras, ExtrasContext } from './card-extras';

/** Values of the placeholders in braces, by name. */
export type Fields = Readonly<Record<string, string>>;

const ATTRIBUTE = 'attributes.';

/**
 * `text` with every known `{name}` replaced. Unknown names stay unchanged, except attributes, which an item may lack: they become
 * empty.
 */
export function fill(text: string, fields: Fields): string {
  return text.replace(/\{(\w+|attributes\.[^{}]+)\}/g, (whole, name: string) =>
    Object.hasOwn(fields, name) ? (fields[name] ?? whole) : name.startsWith(ATTRIBUTE) ? '' : whole,
  );
}

/** Values that conditions test, by field name. */
export type Values = Readonly<Record<string, unknown>>;

/**
 * Whether a condition such as `listPrice` or `attributes.color=red` holds: the field has a value other than 0 and `false`, equals
 * the given value, or is a list that contains it.
 * @returns undefined for an unknown field
 */
export function holds(condition: string, values: Values): boolean | undefined {
  const [name = '', ...rest] = condition.split('=');
  const field = name.trim();
  if (!Object.hasOwn(values, field)) return field.startsWith(ATTRIBUTE) ? false : undefined;
  const value = values[field];
  const found: unknown[] = Array.isArray(value) ? value : [value];
  if (rest.length === 0) return found.some(Boolean);
  return found.some((one) => one !== undefined && `${one}` === rest.join('=').trim());
}

/** Removes the elements whose condition fails. @param unknown receives conditions with an unknown field */
function applyConditions(content: DocumentFragment, values: Values, unknown: (condition: string) => void): void {
  for (const attribute of ['data-if', 'data-unless'])
    for (const element of content.querySelectorAll(`[${attribute}]`)) {
      const condition = element.getAttribute(attribute) ?? '';
      const held = holds(condition, values);
      if (held === undefined) unknown(`${attribute}="${condition}"`);
      if ((held ?? false) === (attribute === 'data-if')) element.removeAttribute(attribute);
      else element.remove();
    }
}

/** Elements that are left out of a card: they run, or change the whole page. Styles are adopted as sheets. */
const LEFT_OUT = 'script, style, base, meta';
/** Elements that load documents and styles, or set attributes of other elements: no field may be filled in there. */
const NO_FIELDS = new Set(
  'iframe frame frameset fencedframe object embed applet portal link use set animate animatemotion animatetransform'.split(
    ' ',
  ),
);
/** Attributes that run their value, or send or load something invisibly. Handlers (`on…`) are also refused. */
const NO_FIELD = new Set('style srcdoc ping attributionsrc is nonce base manifest'.split(' '));
/** Attributes that navigate or load something. */
const ADDRESSES = new Set('href src action formaction data poster background cite longdesc codebase'.split(' '));
/** Attributes that load an image, in which nothing can run. */
const PICTURES = new Set(['img src', 'input src', 'source src', 'video src', 'video poster', 'image href']);

/**
 * The contents of a template with its fields filled in. Fields come from the catalog: they are only ever filled in as text, as
 * attribute values without effect, and as addresses of pages and images, wherever the template puts them.
 * @param values values that its conditions test
 * @param refused receives each place that is left out because it must not be filled, such as `<b onclick>`, and each condition
 *   with an unknown field
 */
export function fillTemplate(
  template: HTMLTemplateElement,
  fields: Fields,
  values: Values,
  refused: (place: string) => void,
): DocumentFragment {
  // Cloned rather than imported: in the template's own document, nothing runs or loads before it is filled.
  const content = template.content.cloneNode(true) as DocumentFragment;
  applyConditions(content, values, refused);
  if (values.availability === 'out-of-stock')
    for (const button of content.querySelectorAll('[data-add-to-cart]')) button.remove();
  for (const element of content.querySelectorAll(LEFT_OUT)) {
    if (element.localName !== 'style') refused(`<${element.localName}>`);
    element.remove();
  }
  const walker = document.createTreeWalker(content, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node instanceof Text) node.data = fill(node.data, fields);
    else if (node instanceof Element) fillAttributes(node, fields, refused);
  }
  return content;
}

function fillAttributes(element: Element, fields: Fields, refused: (place: string) => void): void {
  const tag = element.localName.toLowerCase();
  for (const attribute of [...element.attributes]) {
    const filled = fill(attribute.value, fields);
    if (filled === attribute.value) continue;
    // `xlink:href` counts as `href`, whatever the prefix.
    const name = attribute.localName.toLowerCase().replace(/^.*:/, '');
    if (name.startsWith('on') || NO_FIELD.has(name) || NO_FIELDS.has(tag)) {
      refused(`<${tag} ${attribute.name}>`);
      element.removeAttributeNode(attribute);
    } else if (isHarmless(tag, name, filled)) attribute.value = filled;
    // A link without an address can still be chosen, even by keyboard: the list keeps it from reloading the page.
    else if (`${tag} ${attribute.name}` === 'a href') attribute.value = '';
    else element.removeAttributeNode(attribute);
  }
}

/** Whether an attribute is free of addresses, or holds the address of a page or an image. */
function isHarmless(tag: string, name: string, filled: string): boolean {
  if (name === 'srcset') return areImages(filled);
  if (!ADDRESSES.has(name)) return true;
  return (PICTURES.has(`${tag} ${name}`) ? safeImage(filled) : safeHref(filled)) !== '';
}

/**
 * Whether every possible address in a `srcset` is an image address. Spaces and commas end an address here; a longer one that a
 * browser reads has the same beginning, and therefore the same scheme.
 */
export function areImages(srcset: string): boolean {
  const parts = srcset.split(/[\s,]+/).filter(Boolean);
  return parts.length > 0 && parts.every((part) => safeImage(part) !== '');
}

export interface TemplateContext extends ExtrasContext {
  /** Undefined while loading: the built-in card is used until then. */
  extras: CardExtras | undefined;
}

/** Fills the card of one item; undefined while the code for its parts is loading. */
export type CardFiller = (
  card: Recommendation,
  position: number,
  href: string,
  price: string,
  context: TemplateContext,
) => HTMLElement | undefined;

type Shown = Record<'href' | 'price' | 'image', string>;

/** The fields of one recommendation as texts, and the values that conditions test. */
export function cardFields(
  recommendation: Recommendation,
  position: number,
  shown: Shown,
  extras: Pick<CardExtras, 'facts' | 'text'>,
  context: ExtrasContext,
): { fields: Fields; values: Values } {
  const { item, reason, source } = recommendation;
  const { id, title, description, category, availability, quantity } = item;
  const { badge, badgeText, ...facts } = extras.facts(recommendation, shown.price, context);
  const text = (value: Parameters<CardExtras['text']>[0]) => extras.text(value, context.language);
  const attributes = Object.entries(item.attributes).map(([name, value]) => [`${ATTRIBUTE}${name}`, value] as const);
  const fields = {
    ...Object.fromEntries(attributes.map(([name, value]) => [name, text(value)])),
    id,
    title,
    description,
    category,
    ...shown,
    ...facts,
    badge: badgeText,
    availability,
    quantity: quantity === undefined ? '' : text(quantity),
    reason,
    source,
    position: `${position}`,
  };
  return { fields, values: { ...fields, ...Object.fromEntries(attributes), badge, quantity } };
}

const EMPTY_TEMPLATE =
  '<template> is empty, and so are the cards. React puts the children of a template beside its content: write <template dangerouslySetInnerHTML={{ __html: card }} /> there.';

/** Leaves the space of a picture that does not load empty: its broken outline would show. */
function showLoaded({ type, target }: Event): void {
  // Set through the CSSOM, because a policy may bar style attributes.
  if (target instanceof HTMLImageElement) target.style.visibility = type === 'error' ? 'hidden' : '';
}

/** Whether a card changes with its position in the list. */
const usesPosition = (template: HTMLTemplateElement): boolean =>
  /\{position\}|data-(if|unless)="\s*position\b/.test(template.innerHTML);

/**
 * Cards made from the page's own `<template>`. A card is replaced only when something it shows has changed, so a refreshed list
 * does not flicker and no image is loaded twice.
 */
export class TemplateCards {
  readonly #cards = new Map<string, { signature: string; element: HTMLElement }>();
  #template: HTMLTemplateElement | null = null;
  #sheet: CSSStyleSheet | undefined;

  constructor(private readonly host: LitElement) {}

  /**
   * Fills cards from a template; cards of an earlier template are dropped. Its style sheets are adopted, not inserted: a page's policy
   * may bar inline styles, and one sheet serves all cards.
   * @returns undefined without a template
   */
  use(template: HTMLTemplateElement | null): CardFiller | undefined {
    const { renderRoot: root } = this.host;
    if (template !== this.#template && root instanceof ShadowRoot) {
      this.#cards.clear();
      this.#template = template;
      if (template && !template.content.hasChildNodes()) warnOnce(this.host, 'template', EMPTY_TEMPLATE);
      const others = root.adoptedStyleSheets.filter((sheet) => sheet !== this.#sheet);
      this.#sheet = new CSSStyleSheet();
      const styles = [...(template?.content.querySelectorAll('style') ?? [])];
      this.#sheet.replaceSync(styles.map(({ textContent }) => textContent).join('\n'));
      root.adoptedStyleSheets = [...others, this.#sheet];
    }
    return template
      ? (card, position, href, price, context) => this.#card(template, card, position, { href, price }, context)
      : undefined;
  }

  #card(
    template: HTMLTemplateElement,
    recommendation: Recommendation,
    position: number,
    shown: Omit<Shown, 'image'>,
    context: TemplateContext,
  ): HTMLElement | undefined {
    const { extras } = context;
    if (!extras) return undefined;
    const image = safeImage(recommendation.item.image);
    // The position is left out of the comparison if the template does not use it.
    const place = usesPosition(template) ? position : 0;
    const filled = cardFields(recommendation, place, { ...shown, image }, extras, context);
    const signature = JSON.stringify(filled);
    const { fields, values } = filled;
    const known = this.#cards.get(recommendation.item.id);
    if (known?.signature === signature) return known.element;
    const element = document.createElement('div');
    element.part.add('card');
    // These events do not bubble.
    for (const type of ['error', 'load']) element.addEventListener(type, showLoaded, true);
    element.append(fillTemplate(template, fields, values, this.#refused));
    this.#cards.set(recommendation.item.id, { signature, element });
    return element;
  }

  keep(ids: Set<string>): void {
    for (const id of this.#cards.keys()) if (!ids.has(id)) this.#cards.delete(id);
  }

  readonly #refused = (place: string): void => {
    if (place.startsWith('data-')) {
      const advice =
        'Name a field, such as listPrice or attributes.color, or a field and its value: availability=in-stock.';
      warnOnce(this.host, place, `<template>: ${place} names no field, so it counts as empty. ${advice}`);
      return;
    }
    const advice = place.includes(' ')
      ? 'Put fields in texts, in attributes such as title, alt, aria-label or data-…, and in the addresses of links and pictures; listen to "itemclick" for the chosen product.'
      : 'Put it in the page; listen to "recommend" for a new list.';
    warnOnce(
      this.host,
      place,
      `<template>: ${place} is left out: a text of the catalog would run or load there. ${advice}`,
    );
  };
}
