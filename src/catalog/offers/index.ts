export { mergedOffer, OFFERED, type Offer, type Offered, offeredItem, offerSchema } from './offer';
export {
  currencySchema,
  decodeOffers,
  encodeOffers,
  fetchOffers,
  type MarketOffers,
  MOST_BYTES,
  marketSchema,
} from './offers-file';
export { DEFAULT_MARKET, offersFile } from './offers-name';
