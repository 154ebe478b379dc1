/** Settings of a shop. */
export interface Settings {
  bundle: string;
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

/** Settings of the demo shop. `?bundle=` names another bundle. */
export const readSettings = (search: string): Settings => ({
  bundle: new URLSearchParams(search).get('bundle') || 'bundle/',
  currency: CURRENCY,
  brand: BRAND,
});
