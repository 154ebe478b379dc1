import { type FunctionalComponent, h, type MaybeRefOrGetter, type ShallowRef, shallowRef, toValue, watch } from 'vue';
import type { RecommendResponse } from '../../../device/protocol';
import '../../element';
import { followList, type ListOptions } from '../follow-list';

export type { ListOptions };

/** A list of recommendations as `useRecommendations()` returns it. */
export interface FollowedList {
  /** Null until the first response. */
  list: ShallowRef<RecommendResponse | null>;
  /** The SidestreamError of the last request; null after a response. */
  error: ShallowRef<unknown>;
}

/**
 * A list for cards of your own, refreshed after the shopper's actions. A server renders it as null.
 * @param options the bundle, and a request as for `recommend()`: an object, a ref or a getter
 */
export function useRecommendations(options: MaybeRefOrGetter<ListOptions>): FollowedList {
  const list = shallowRef<RecommendResponse | null>(null);
  const error = shallowRef<unknown>(null);
  watch(
    // By content: an equal object changes nothing.
    () => JSON.stringify(toValue(options)),
    (content, _, onCleanup) => {
      if (typeof window === 'undefined') return;
      const given: ListOptions = JSON.parse(content);
      const end = followList(given, (state) => {
        list.value = state.list;
        error.value = state.error;
      });
      onCleanup(end);
    },
    { immediate: true },
  );
  return { list, error };
}

/** `<sidestream-recs>` as a component, which needs no `isCustomElement`; `vue.d.ts` of the package has the exact types. */
export const Recommendations: FunctionalComponent<Record<string, unknown>> = (_, { attrs, slots }) =>
  h('sidestream-recs', attrs, slots.default?.());
// They are on the element already.
Recommendations.inheritAttrs = false;
