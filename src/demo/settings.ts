/** Settings of the demo from the page's query parameters. */
export interface Settings {
  bundle: string;
  /** False with `?learning=off`: events are recorded, nothing is learned. */
  learning: boolean;
}

/** Currency of the shop. */
export const CURRENCY = 'EUR';
export const BRAND = 'Tidepool';

/** Reads `?bundle=` and `?learning=off`; an invalid value counts as absent. */
export function readSettings(search: string): Settings {
  const query = new URLSearchParams(search);
  return {
    bundle: query.get('bundle') || 'bundle/',
    learning: query.get('learning') !== 'off',
  };
}
