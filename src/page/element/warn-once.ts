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
