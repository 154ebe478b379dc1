export { mergedOffer, OFFERED, type Offer, type Offered, offeredItem, offerSchema } from './offer';
export {
  currencySchema,
  encodeOffers,
  fetchOffers,
  type MarketOffers,
  marketSchema,
} from './offers-file';
export { DEFAULT_MARKET, offersFile } from './offers-name';
