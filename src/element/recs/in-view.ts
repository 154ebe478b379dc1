import { coreOf } from '../../client';
import type { Recommender } from '../../protocol';

/** A list that shows items, as the others on its page see it. */
export interface ListInView {
  /** Where its items come from; null while it has none. */
  readonly joined: Recommender | null;
  /** Asks for the list again because an earlier one took its items. */
  refresh(): void;
}

const shown = new Map<HTMLElement & ListInView, string[]>();

/**
 * Notes what a list shows. Lists of the same recommender that come later in the document and show one of these items
 * are asked to refresh; the first in reading order keeps the item.
 */
export function putInView(list: HTMLElement & ListInView, ids: string[]): void {
  shown.set(list, ids);
  const taken = new Set(ids);
  for (const [other, theirs] of shown) {
    if (comesAfter(other, list) && theirs.some((id) => taken.has(id))) other.refresh();
  }
}

/** The list has left the page. */
export function takeOutOfView(list: HTMLElement & ListInView): void {
  shown.delete(list);
}

/** Items shown by lists of the same recommender that come earlier in the document. */
export function inViewBefore(list: HTMLElement & ListInView): string[] {
  return [...shown].flatMap(([other, ids]) => (comesAfter(list, other) ? ids : []));
}

function comesAfter(list: HTMLElement & ListInView, earlier: HTMLElement & ListInView): boolean {
  return (
    list.joined !== null &&
    earlier.joined !== null &&
    coreOf(list.joined) === coreOf(earlier.joined) &&
    (earlier.compareDocumentPosition(list) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0
  );
}
