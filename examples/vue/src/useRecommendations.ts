import type { Placement, Recommender, RecommendResponse } from 'sidestream';
import { type MaybeRefOrGetter, type ShallowRef, shallowRef, toValue, watch } from 'vue';
import { shopRecommender } from './recommender';

interface Recommendations {
  /** Null until the first list is there. */
  list: ShallowRef<RecommendResponse | null>;
  /** Why there is none, or no newer one: a SidestreamError. */
  error: ShallowRef<unknown>;
}

/**
 * A list that follows what the shopper does.
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
      // A server shows no list; its page is complete without.
      if (typeof window === 'undefined') return;
      // Ends when the component goes or asks for something else.
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
