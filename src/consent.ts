/** The shop's own question, apart from the rest: its code runs before the recommender is loaded, and where it cannot be. */
export { type Asker, type AskOptions, askConsent, notedConsent } from './page/client/consent';
