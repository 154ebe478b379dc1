/** Registers an element unless the page already has one of that name: two copies of the package must not break a shop. */
export function define(tag: string, element: CustomElementConstructor): void {
  customElements.get(tag) || customElements.define(tag, element);
}
