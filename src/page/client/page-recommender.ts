import { coreOf, type Recommender } from '../../device/protocol';

/** The data that elements need to join a recommender: the absolute address of its bundle and its namespace. */
export interface PageBundle {
  bundle: string;
  namespace: string;
}

/** Open recommenders created by the page's own scripts, in the order in which they became ready. */
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

/** Removes a recommender that the page closed. */
export function deletePageRecommender(recommender: Recommender): void {
  if (open.delete(recommender)) tell();
}

const only = (): [Recommender, PageBundle] | null => {
  const [first] = open;
  return first && [...open.keys()].every((other) => coreOf(other) === coreOf(first[0])) ? first : null;
};

/**
 * The page's recommender, for elements without their own: the first open one that its scripts created. Null without
 * one, or if there are several bundles or namespaces, because only the page knows which one is meant.
 */
export const pageRecommender = (): Recommender | null => only()?.[0] ?? null;

/** Its bundle and namespace: an element that joins by them outlives the page's own handle. */
export const pageBundle = (): PageBundle | null => only()?.[1] ?? null;

/** Calls a function whenever the page's recommender may have changed. @returns a function that stops this */
export function onPageRecommender(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}
