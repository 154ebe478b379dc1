export { mergedOffer, OFFERED, type Offer, type Offered, offeredItem, offerSchema } from './offer';
export {
  currencySchema,
  DEFAULT_MARKET,
  decodeOffers,
  encodeOffers,
  fetchOffers,
  type MarketOffers,
  MOST_BYTES,
  marketSchema,
  offersFile,
} from './offers-file';
