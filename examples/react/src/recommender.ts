import type { EventType, Recommender, TrackDetails } from 'sidestream';
import { sharedRecommender } from 'sidestream/element';

export const BUNDLE = '/bundle/';

/** The page's one recommender; every `<sidestream-recs bundle="/bundle/">` shares it. Call it only in browsers. */
export const shopRecommender = (): Promise<Recommender> => sharedRecommender({ bundle: BUNDLE });

/** Tracks an event of the shopper. A failure is only a warning, because the page must continue to work. */
export function track(type: EventType, itemId: string, details?: TrackDetails): void {
  shopRecommender()
    .then((recommender) => recommender.track(type, itemId, details))
    .catch((error: unknown) => console.warn(error));
}
