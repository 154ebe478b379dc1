import type { Placement, Recommender, RecommendResponse } from 'sidestream';
import { type MaybeRefOrGetter, type ShallowRef, shallowRef, toValue, watch } from 'vue';
import { shopRecommender } from './recommender';

interface Recommendations {
  /** Null until the first response. */
  list: ShallowRef<RecommendResponse | null>;
  /** The SidestreamError of the last request; null after a response. */
  error: ShallowRef<unknown>;
}

/**
 * A list that is refreshed after the shopper's actions.
 * @param itemId the product in view, for `similar` and `complement`
 */
export function useRecommendations(
  placement: MaybeRefOrGetter<Placement>,
  itemId?: MaybeRefOrGetter<string | undefined>,
  limit: MaybeRefOrGetter<number> = 6,
): Recommendations {
  const list = shallowRef<RecommendResponse | null>(null);
  const error = shallowRef<unknown>(null);

  watch(
    () => ({ placement: toValue(placement), itemId: toValue(itemId), limit: toValue(limit) }),
    (request, _, onCleanup) => {
      // A server renders no list.
      if (typeof window === 'undefined') return;
      // Aborted when the component unmounts or its arguments change.
      const leaving = new AbortController();
      const { signal } = leaving;
      onCleanup(() => leaving.abort());
      const fail = (thrown: unknown) => {
        if (!signal.aborted) error.value = thrown;
      };
      const refresh = (recommender: Recommender) =>
        recommender
          .recommend(request, { signal })
          .then((response) => {
            list.value = response;
            error.value = null;
          })
          .catch(fail);

      shopRecommender().then((recommender) => {
        if (signal.aborted) return;
        signal.addEventListener(
          'abort',
          recommender.on('change', () => refresh(recommender)),
        );
        refresh(recommender);
      }, fail);
    },
    { immediate: true },
  );

  return { list, error };
}
