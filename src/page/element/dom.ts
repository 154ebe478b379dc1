/** Registers an element unless the page already has one with that name: two copies of the package must not break a shop. */
export function define(tag: string, element: CustomElementConstructor): void {
  customElements.get(tag) || customElements.define(tag, element);
}

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
