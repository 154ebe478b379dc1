import type { CSSResult } from 'lit';
import { SidestreamError } from '../../error';

/** Registers an element unless the page already has one with that name: two copies of the package must not break a shop. */
export function define(tag: string, element: CustomElementConstructor): void {
  customElements.get(tag) || customElements.define(tag, element);
}

export function addStyles(root: Node, { styleSheet }: CSSResult): void {
  if (root instanceof ShadowRoot && styleSheet) root.adoptedStyleSheets = [...root.adoptedStyleSheets, styleSheet];
}

/** Whether a click on a link, if there is one, opens it in this tab. */
export const isPlain = ({ button, ctrlKey, metaKey, shiftKey, altKey }: MouseEvent, link: Element | null): boolean =>
  !(button || ctrlKey || metaKey || shiftKey || altKey) && !link?.matches('[target]:not([target=_self]), [download]');

/**
 * The language of an element: its nearest `lang` attribute, across shadow roots up to the document; without one, the browser's
 * own language (`undefined`, which Intl interprets as that).
 */
export function languageOf(element: Element): string | undefined {
  let scope: Element | null = element;
  while (scope) {
    const holder: Element | null = scope.closest('[lang]:not([lang=""])');
    if (holder) return holder.getAttribute('lang') ?? undefined;
    const root: Node = scope.getRootNode();
    scope = root instanceof ShadowRoot ? root.host : null;
  }
  return undefined;
}

/** Causes that were reported, by element. */
const reported = new WeakMap<Element, Set<string>>();

/**
 * Writes a mistake of the page to the console, with the element, once per element and cause.
 * @param cause the invalid attribute, or the place in a template
 * @param message the mistake, its consequence, and the correction
 */
export function warnOnce(host: Element, cause: string, message: string): void {
  const causes = reported.get(host) ?? new Set();
  if (causes.has(cause)) return;
  reported.set(host, causes.add(cause));
  console.warn(`<${host.localName}> ${message}`, host);
}

/** Loads code once per page; a failure is one error for all that wait for it. */
export function once<Code>(load: () => Promise<Code>): () => Promise<Code> {
  let loading: Promise<Code> | undefined;
  return () => {
    loading ??= load().catch((thrown: unknown) => {
      throw SidestreamError.from(thrown);
    });
    return loading;
  };
}

/** Frameworks set a new object at every render; only different content counts as a change. */
export const hasOtherContent = (now: unknown, before: unknown): boolean =>
  JSON.stringify(now) !== JSON.stringify(before);

/** The attribute of a property: `heading-level` for `headingLevel`. */
export const attributeOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/**
 * Gives a property its default instead of a wrong value, with a warning.
 * @param advice what is right, and what the element does
 */
export function correct<Host extends Element, Name extends keyof Host & string>(
  host: Host,
  name: Name,
  right: RegExp,
  otherwise: Host[Name],
  advice: string,
): void {
  // A framework may have unset it.
  host[name] ??= otherwise;
  if (right.test(`${host[name]}`)) return;
  const attribute = attributeOf(name);
  warnOnce(host, name, `${attribute}="${host.getAttribute(attribute) ?? host[name]}": ${advice}`);
  host[name] = otherwise;
}
