/**
 * The shop's own question, as a separate entry: its code runs before the recommender is loaded, and even if it cannot be
 * loaded.
 */
export { type AskedRecommender, type Asker, type AskOptions, askConsent, notedConsent } from './page/client/consent';
