/** Settings of a shop. */
export interface Settings {
  bundle: string;
  /** False with `?learning=off`: events are recorded, nothing is learned. */
  learning: boolean;
  /** Currency of the prices; empty if it is not known. */
  currency: string;
  /** Name of the shop in the titles of its pages. */
  brand: string;
  /** Keeps the profile in memory, apart from all others, under this name. Without it, the shopper is asked. */
  namespace?: string;
  /** Has to be done before the bundle can be read. */
  prepare?: () => Promise<void>;
}

/** Currency of the demo shop. */
export const CURRENCY = 'EUR';
export const BRAND = 'Tidepool';

/** Reads `?bundle=` and `?learning=off`; an invalid value counts as absent. */
export function readSettings(search: string): Settings {
  const query = new URLSearchParams(search);
  return {
    bundle: query.get('bundle') || 'bundle/',
    learning: query.get('learning') !== 'off',
    currency: CURRENCY,
    brand: BRAND,
  };
}
