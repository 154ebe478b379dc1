import type { RecommendRequest, RecommendResponse } from '../../device/protocol';
import { type SharedKey, sharedRecommender } from '../element';

/** What to list, and the recommender that lists it: the one that all lists of the page with this bundle share. */
export interface ListOptions extends RecommendRequest, Omit<SharedKey, 'onProgress'> {}

/** Receives what happens to a list. */
export interface ListCallbacks {
  onList(list: RecommendResponse): void;
  onError(error: unknown): void;
}

/**
 * Requests a list, and requests it again after each of the shopper's actions.
 * @param start replaces `sharedRecommender`, for tests
 * @returns a function that ends this; no callback is called after it
 */
export function followList(
  { bundle, namespace, market, workerUrl, consent, ...request }: ListOptions,
  { onList, onError }: ListCallbacks,
  start: typeof sharedRecommender = sharedRecommender,
): () => void {
  const leaving = new AbortController();
  const { signal } = leaving;
  const fail = (error: unknown): void => {
    if (!signal.aborted) onError(error);
  };
  start({ bundle, namespace, market, workerUrl, consent }).then((recommender) => {
    if (signal.aborted) return;
    const refresh = (): void => {
      recommender.recommend(request, { signal }).then((list) => {
        if (!signal.aborted) onList(list);
      }, fail);
    };
    signal.addEventListener('abort', recommender.on('change', refresh));
    refresh();
  }, fail);
  return () => leaving.abort();
}
