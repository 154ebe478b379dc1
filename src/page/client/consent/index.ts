export { type Asker, type AskOptions, askConsent } from './ask-consent';
export { notedConsent } from './note';
