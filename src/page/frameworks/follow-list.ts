import type { RecommendRequest, RecommendResponse } from '../../device/protocol';
import { type SharedKey, sharedRecommender } from '../element';

/** A request for a list, and the recommender that answers it: the one that all lists of the page with this bundle share. */
export interface ListOptions extends RecommendRequest, Omit<SharedKey, 'onProgress'> {}

/** A list of recommendations as `useRecommendations()` of React returns it. */
export interface FollowedList {
  /** Null until the first response; that of other options is not kept. */
  list: RecommendResponse | null;
  /** The SidestreamError of the last request; null after a response. */
  error: unknown;
}

/**
 * Requests a list, and requests it again after each of the shopper's actions.
 * @param onState receives every response and every error
 * @returns a function that ends this; nothing is received after it
 */
export function followList(
  { bundle, namespace, market, workerUrl, consent, ...request }: ListOptions,
  onState: (state: FollowedList) => void,
): () => void {
  const leaving = new AbortController();
  const { signal } = leaving;
  let list: FollowedList['list'] = null;
  const fail = (error: unknown): void => {
    if (!signal.aborted) onState({ list, error });
  };
  sharedRecommender({ bundle, namespace, market, workerUrl, consent }).then((recommender) => {
    if (signal.aborted) return;
    const refresh = (): void => {
      recommender.recommend(request, { signal }).then((response) => {
        if (signal.aborted) return;
        list = response;
        onState({ list, error: null });
      }, fail);
    };
    signal.addEventListener('abort', recommender.on('change', refresh));
    refresh();
  }, fail);
  return () => leaving.abort();
}
