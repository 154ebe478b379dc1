import type { Addresses } from './address';

/** What stands for the words between braces. */
export type Fields = Readonly<Record<string, string>>;

/** `text` with every known `{name}` replaced; unknown ones stay as they are. */
export function fill(text: string, fields: Fields): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(fields, name) ? fields[name] : whole));
}

/** Elements that are no part of a card: they run, or change the whole page. Styles are adopted as sheets. */
const LEFT_OUT = 'script, style, base, meta';
/** Elements that load documents and styles, or set attributes of others: no field may get there. */
const NO_FIELDS = new Set(
  'iframe frame frameset fencedframe object embed applet portal link use set animate animatemotion animatetransform'.split(
    ' ',
  ),
);
/** Attributes that run what they hold, or send and load without being seen. Handlers (`on…`) are among them. */
const NO_FIELD = new Set('style srcdoc ping attributionsrc is nonce base manifest'.split(' '));
/** Attributes that lead somewhere or load something. */
const ADDRESSES = new Set('href src action formaction data poster background cite longdesc codebase'.split(' '));
/** Attributes that load a picture, in which nothing runs. */
const PICTURES = new Set(['img src', 'input src', 'source src', 'video src', 'video poster', 'image href']);

/**
 * The contents of a template with its fields filled in. Fields come with the catalogue: they are only ever text, names and
 * addresses of pages and pictures, wherever the template puts them.
 * @param addresses which addresses are let through
 * @param refused hears of each place that must not be filled and is left out, such as `<b onclick>`
 */
export function fillTemplate(
  template: HTMLTemplateElement,
  fields: Fields,
  addresses: Addresses,
  refused: (place: string) => void,
): DocumentFragment {
  // A clone, no import: in the template's own document nothing runs or loads before it is filled.
  const content = template.content.cloneNode(true) as DocumentFragment;
  for (const element of content.querySelectorAll(LEFT_OUT)) {
    if (element.localName !== 'style') refused(`<${element.localName}>`);
    element.remove();
  }
  const walker = document.createTreeWalker(content, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node instanceof Text) node.data = fill(node.data, fields);
    else if (node instanceof Element) fillAttributes(node, fields, addresses, refused);
  }
  return content;
}

function fillAttributes(
  element: Element,
  fields: Fields,
  addresses: Addresses,
  refused: (place: string) => void,
): void {
  const tag = element.localName.toLowerCase();
  for (const attribute of [...element.attributes]) {
    const filled = fill(attribute.value, fields);
    if (filled === attribute.value) continue;
    // `xlink:href` counts as `href`, whatever the prefix.
    const name = attribute.localName.toLowerCase().replace(/^.*:/, '');
    if (name.startsWith('on') || NO_FIELD.has(name) || NO_FIELDS.has(tag)) {
      refused(`<${tag} ${attribute.name}>`);
      element.removeAttributeNode(attribute);
    } else if (harmless(tag, name, filled, addresses)) attribute.value = filled;
    // A link that leads nowhere can still be chosen, by keyboard too: the list keeps it from loading the page anew.
    else if (`${tag} ${attribute.name}` === 'a href') attribute.value = '';
    else element.removeAttributeNode(attribute);
  }
}

/** Whether an attribute is no address, or that of a page or a picture. */
function harmless(tag: string, name: string, filled: string, { safeHref, safeImage }: Addresses): boolean {
  if (name === 'srcset') return areImages(filled, safeImage);
  if (!ADDRESSES.has(name)) return true;
  return (PICTURES.has(`${tag} ${name}`) ? safeImage(filled) : safeHref(filled)) !== '';
}

/**
 * Whether all that may be an address in a `srcset` is that of a picture. Spaces and commas end an address here; where a
 * browser reads more of it as one, that one begins alike.
 */
export function areImages(srcset: string, safeImage: Addresses['safeImage']): boolean {
  const words = srcset.split(/[\s,]+/).filter(Boolean);
  return words.length > 0 && words.every((word) => safeImage(word) !== '');
}
