/** What was told of each element. */
const told = new WeakMap<Element, Set<string>>();

/**
 * Writes a mistake of the page to the console, with the element: once per element and cause.
 * @param cause what is wrong: an attribute, or a place in a template
 * @param message says what is wrong, what the list does instead, and how to put it right
 */
export function warnOnce(host: Element, cause: string, message: string): void {
  const causes = told.get(host) ?? new Set();
  if (causes.has(cause)) return;
  told.set(host, causes.add(cause));
  console.warn(`<${host.localName}> ${message}`, host);
}
