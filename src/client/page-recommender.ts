import { coreOf, type Recommender } from '../protocol';

/** What the page's own scripts created and did not close, in the order in which it was ready. */
const open = new Set<Recommender>();
const listeners = new Set<() => void>();

const tell = (): void => {
  for (const listener of listeners) listener();
};

/** Records a recommender that `createRecommender()` gave to the page. */
export function addPageRecommender(recommender: Recommender): void {
  open.add(recommender);
  tell();
}

/** Removes one that the page closed. */
export function deletePageRecommender(recommender: Recommender): void {
  if (open.delete(recommender)) tell();
}

/**
 * The recommender of the page, for elements that were given none: the first that its scripts created and did not close. Null
 * without one, and where there are several bundles or namespaces, since only the page knows which one is meant.
 */
export function pageRecommender(): Recommender | null {
  const [first] = open;
  return first && [...open].every((other) => coreOf(other) === coreOf(first)) ? first : null;
}

/** Calls a function whenever the page's recommender may be another one. @returns a function that ends that */
export function onPageRecommender(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}
