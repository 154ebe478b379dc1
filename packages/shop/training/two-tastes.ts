/** One shopper's stream, as rows of the catalogue, oldest first. */
export interface Shopper {
  id: string;
  rows: number[];
  /** Milliseconds since the epoch, same length. */
  times: number[];
}

/** How the choices of two tastes follow one another on one device: twelve visits a day apart, four long runs, or in turn. */
const ARRANGEMENTS = {
  visits: { run: 5, pause: 24 * 3600 * 1000 },
  blocks: { run: 15, pause: 0 },
  alternating: { run: 1, pause: 0 },
};
export type Arrangement = keyof typeof ARRANGEMENTS;
export const ARRANGEMENT_NAMES = Object.keys(ARRANGEMENTS) as Arrangement[];

/** Number of choices of each taste. */
export const TASTE_CHOICES = 30;
/** Time between two choices of a run. */
const MINUTE = 60_000;

/**
 * The first 30 choices of two shoppers on one device: a run of one, a run of the other, and so on, the choices of a run a minute apart.
 * @param start of the first choice, milliseconds since the epoch
 */
export function twoTastes(tastes: readonly [Shopper, Shopper], arrangement: Arrangement, start: number): Shopper {
  const { run, pause } = ARRANGEMENTS[arrangement];
  const [x, y] = tastes;
  const places = Array.from({ length: 2 * TASTE_CHOICES }, (_, n) => Math.floor(n / run));
  return {
    id: `${x.id}, ${y.id}`,
    rows: places.map((turn, n) => tastes[turn % 2].rows[Math.floor(turn / 2) * run + (n % run)]),
    times: places.map((turn, n) => start + n * MINUTE + turn * pause),
  };
}

/** The first 30 choices of one shopper, a minute apart, in visits a day apart. @param start as in `twoTastes` */
export function oneTaste({ id, rows }: Shopper, start: number): Shopper {
  const { run, pause } = ARRANGEMENTS.visits;
  const first = rows.slice(0, TASTE_CHOICES);
  return { id, rows: first, times: first.map((_, n) => start + n * MINUTE + Math.floor(n / run) * pause) };
}

/** Whether the choice at a place is one of the second to fifth of a run of a taste that was learned for 10 choices or more. */
export function isReturn(arrangement: Arrangement, place: number): boolean {
  const { run } = ARRANGEMENTS[arrangement];
  return place >= Math.max(20, 2 * run) && (run === 1 || (place % run >= 1 && place % run < 5));
}
