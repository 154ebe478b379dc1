/** Settings of the demo from the page's query parameters. */
export interface Settings {
  /** Address of the bundle folder. */
  bundle: string;
  /** False with `?learning=off`: events are recorded, nothing is learned. */
  learning: boolean;
  /** With `?consent=session`: until the shopper chooses, the visit is kept in the tab. */
  consent?: 'session';
  /** From `?seed=`; undefined leaves the recommender's default. */
  seed?: number;
}

/** Currency of the shop. */
export const CURRENCY = 'EUR';
export const BRAND = 'Tidepool';

/** Reads `?bundle=`, `?learning=off`, `?consent=session` and `?seed=`; an invalid value counts as absent. */
export function readSettings(search: string): Settings {
  const query = new URLSearchParams(search);
  const seed = Number(query.get('seed') ?? Number.NaN);
  return {
    bundle: query.get('bundle') || 'bundle/',
    learning: query.get('learning') !== 'off',
    ...(query.get('consent') === 'session' ? { consent: 'session' } : {}),
    ...(Number.isInteger(seed) ? { seed } : {}),
  };
}
