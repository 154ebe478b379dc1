import { useEffect, useState } from 'react';
import type { Placement, Recommender, RecommendResponse } from 'sidestream';
import { shopRecommender } from './recommender';

interface Recommendations {
  /** Null until the first list is there. */
  list: RecommendResponse | null;
  /** Why there is none, or no newer one: a SidestreamError. */
  error: unknown;
}

/**
 * A list that follows what the shopper does.
 * @param itemId the product in view, for `similar` and `complement`
 */
export function useRecommendations(placement: Placement, itemId?: string, limit = 6): Recommendations {
  const [state, setState] = useState<Recommendations>({ list: null, error: null });

  useEffect(() => {
    // Ends when the component goes or asks for something else; under StrictMode at once, before the second try.
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
