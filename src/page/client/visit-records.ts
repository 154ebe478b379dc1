/**
 * Key of a visit in sessionStorage. An address has no space, so a namespace that is the beginning of another one, or has spaces,
 * is told from it.
 */
export const visitKey = (namespace: string, bundle: string): string =>
  `sidestream/${namespace} ${bundle.replaceAll(' ', '%20')}`;

/** Deletes the visits of a namespace, with whatever bundle. */
export function deleteVisits(namespace: string): void {
  const beginning = `sidestream/${namespace} `;
  try {
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(beginning) && !key.slice(beginning.length).includes(' ')) sessionStorage.removeItem(key);
    }
  } catch {
    // Denied by the browser: then the tab keeps nothing.
  }
}
