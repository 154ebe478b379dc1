import { coreOf, type Recommender } from '../../device/protocol';

/** What elements need to join a recommender: the absolute address of its bundle, and its namespace. */
export interface PageBundle {
  bundle: string;
  namespace: string;
}

/** What the page's own scripts created and did not close, in the order in which it was ready. */
const open = new Map<Recommender, PageBundle>();
const listeners = new Set<() => void>();

const tell = (): void => {
  for (const listener of listeners) listener();
};

/** Records a recommender that `createRecommender()` gave to the page. */
export function addPageRecommender(recommender: Recommender, of: PageBundle): void {
  open.set(recommender, of);
  tell();
}

/** Removes one that the page closed. */
export function deletePageRecommender(recommender: Recommender): void {
  if (open.delete(recommender)) tell();
}

const only = (): [Recommender, PageBundle] | null => {
  const [first] = open;
  return first && [...open.keys()].every((other) => coreOf(other) === coreOf(first[0])) ? first : null;
};

/**
 * The recommender of the page, for elements that were given none: the first that its scripts created and did not close. Null
 * without one, and where there are several bundles or namespaces, since only the page knows which one is meant.
 */
export const pageRecommender = (): Recommender | null => only()?.[0] ?? null;

/** Its bundle and namespace: what joins by them does not end with the page's own handle. */
export const pageBundle = (): PageBundle | null => only()?.[1] ?? null;

/** Calls a function whenever the page's recommender may be another one. @returns a function that ends that */
export function onPageRecommender(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}
