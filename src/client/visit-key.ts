import type { GivenOptions } from '../protocol';

/** Key of a visit in the tab's sessionStorage: pages of one bundle and namespace share it. */
export const visitKey = ({ bundle, namespace = 'default' }: GivenOptions): string =>
  `sidestream/${namespace} ${bundle}`;

/** Whether a page of this tab has kept a visit. */
export function hasVisit(given: GivenOptions): boolean {
  try {
    return sessionStorage.getItem(visitKey(given)) !== null;
  } catch {
    // Denied by the browser: nothing can have been kept.
    return false;
  }
}
