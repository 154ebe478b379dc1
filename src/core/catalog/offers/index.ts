export { mergedOffer, OFFERED, type Offer, type Offered, offeredItem, offerSchema } from './offer';
export {
  currencySchema,
  encodeOffers,
  fetchOffers,
  type MarketOffers,
  marketSchema,
  unknownMarket,
} from './offers-file';
export { DEFAULT_MARKET, offeredMarket, offersFile } from './offers-name';
