import type { EventType, Recommender, TrackDetails } from 'sidestream';
import { sharedRecommender } from 'sidestream/element';

export const BUNDLE = '/bundle/';

/** The page's one recommender; every `<sidestream-recs bundle="/bundle/">` joins it. Only browsers call it. */
export const shopRecommender = (): Promise<Recommender> => sharedRecommender({ bundle: BUNDLE });

/** Tells the recommender what the shopper does. A page must not suffer from that: what fails is a warning. */
export function track(type: EventType, itemId: string, details?: TrackDetails): void {
  shopRecommender()
    .then((recommender) => recommender.track(type, itemId, details))
    .catch((error: unknown) => console.warn(error));
}
