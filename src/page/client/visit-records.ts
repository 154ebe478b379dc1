/**
 * Key of a visit in sessionStorage. An address has no space, so a namespace that has spaces or is a prefix of another one cannot
 * be confused with it.
 */
export const visitKey = (namespace: string, bundle: string): string =>
  `sidestream/${namespace} ${bundle.replaceAll(' ', '%20')}`;

/** Deletes the visits of a namespace, whichever bundle they belong to. */
export function deleteVisits(namespace: string): void {
  const beginning = `sidestream/${namespace} `;
  try {
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(beginning) && !key.slice(beginning.length).includes(' ')) sessionStorage.removeItem(key);
    }
  } catch {
    // The browser denies access: the tab keeps nothing.
  }
}
