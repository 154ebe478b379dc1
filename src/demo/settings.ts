/** What the page's query parameters ask of the demo. */
export interface Settings {
  /** Address of the bundle folder. */
  bundle: string;
  /** False with `?learning=off`: events are recorded, nothing is learned. */
  learning: boolean;
  /** From `?seed=`; undefined leaves the recommender's default. */
  seed?: number;
}

/** The shop's money. */
export const CURRENCY = 'EUR';
export const BRAND = 'Tidepool';

/** Reads `?bundle=`, `?learning=off` and `?seed=`; whatever makes no sense counts as absent. */
export function readSettings(search: string): Settings {
  const query = new URLSearchParams(search);
  const seed = Number(query.get('seed') ?? Number.NaN);
  return {
    bundle: query.get('bundle') || 'bundle/',
    learning: query.get('learning') !== 'off',
    ...(Number.isInteger(seed) ? { seed } : {}),
  };
}
