import { useEffect, useState } from 'react';
import type { Placement, Recommender, RecommendResponse } from 'sidestream';
import { shopRecommender } from './recommender';

interface Recommendations {
  /** Null until the first response. */
  list: RecommendResponse | null;
  /** The SidestreamError of the last request; null after a response. */
  error: unknown;
}

/**
 * A list that is refreshed after the shopper's actions.
 * @param itemId the product in view, for `similar` and `complement`
 */
export function useRecommendations(placement: Placement, itemId?: string, limit = 6): Recommendations {
  const [state, setState] = useState<Recommendations>({ list: null, error: null });

  useEffect(() => {
    // Aborted when the component unmounts or its arguments change; under StrictMode also before the second mount.
    const leaving = new AbortController();
    const { signal } = leaving;
    const fail = (error: unknown) => {
      if (!signal.aborted) setState(({ list }) => ({ list, error }));
    };
    const refresh = (recommender: Recommender) =>
      recommender
        .recommend({ placement, itemId, limit }, { signal })
        .then((list) => setState({ list, error: null }))
        .catch(fail);

    shopRecommender().then((recommender) => {
      if (signal.aborted) return;
      signal.addEventListener(
        'abort',
        recommender.on('change', () => refresh(recommender)),
      );
      refresh(recommender);
    }, fail);
    return () => leaving.abort();
  }, [placement, itemId, limit]);

  return state;
}
