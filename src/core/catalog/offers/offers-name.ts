/** The market of pages that name no market. */
export const DEFAULT_MARKET = 'default';

/** The market of a page's prices: the named one, or else the default one, if the bundle has offers of it. */
export const offeredMarket = (markets: readonly string[] = [], named = DEFAULT_MARKET): string | undefined =>
  [named, DEFAULT_MARKET].find((market) => markets.includes(market));

/** Name of the file of a market: `offers.json` of the default one, else `offers-<market>.json`. */
export const offersFile = (market: string): string =>
  market === DEFAULT_MARKET ? 'offers.json' : `offers-${market}.json`;
