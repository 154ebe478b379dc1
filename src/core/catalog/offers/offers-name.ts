/** The market of pages that name no market. */
export const DEFAULT_MARKET = 'default';

/** Name of the file of a market: `offers.json` of the default one, else `offers-<market>.json`. */
export const offersFile = (market: string): string =>
  market === DEFAULT_MARKET ? 'offers.json' : `offers-${market}.json`;
