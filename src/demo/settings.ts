/** Settings of the demo from the page's query parameters. */
export interface Settings {
  bundle: string;
  /** False with `?learning=off`: events are recorded, nothing is learned. */
  learning: boolean;
  /** With `?consent=session`: until the shopper chooses, the visit is kept in the tab. */
  consent?: 'session';
}

/** Currency of the shop. */
export const CURRENCY = 'EUR';
export const BRAND = 'Tidepool';

/** Reads `?bundle=`, `?learning=off` and `?consent=session`; an invalid value counts as absent. */
export function readSettings(search: string): Settings {
  const query = new URLSearchParams(search);
  return {
    bundle: query.get('bundle') || 'bundle/',
    learning: query.get('learning') !== 'off',
    ...(query.get('consent') === 'session' ? { consent: 'session' } : {}),
  };
}
