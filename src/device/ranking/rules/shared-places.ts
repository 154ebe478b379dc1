import { topRows } from '../score';

/** How groups of items share the places of a list. */
export interface PlaceShares {
  /** The group of a row; undefined for a row of no group. */
  groupOf(row: number): number | undefined;
  /** Share of the places that each group has at least, above 0. If each has 1, the groups take turns. */
  least: ReadonlyMap<number, number>;
}

/** Counts the items of each group of a list. */
export class GroupCount {
  readonly #counts = new Map<number, number>();

  constructor(private readonly shares: PlaceShares | null) {}

  add(row: number): void {
    const group = this.shares?.groupOf(row);
    if (group !== undefined) this.#counts.set(group, (this.#counts.get(group) ?? 0) + 1);
  }

  /** Places that the group of a row lacks in a list of this length, the most first: 0 if none. */
  turn(length: number): (row: number) => number {
    const { groupOf, least } = this.shares ?? { groupOf: () => undefined, least: new Map<number, number>() };
    const lacking = new Map<number | undefined, number>();
    // A share of a third has its first place in a list of three.
    for (const [group, share] of least)
      lacking.set(group, Math.max(0, Math.floor(share * length - (this.#counts.get(group) ?? 0) + 1e-9)));
    return (row) => lacking.get(groupOf(row)) ?? 0;
  }
}

/** The highest of the scores, with the places of groups. @param shares null: no groups */
export function sharedPlaces(
  score: Float32Array,
  limit: number,
  holds: (row: number) => boolean,
  shares: PlaceShares | null,
): number[] {
  const best = topRows(score, limit, holds);
  if (shares === null) return best;
  const { groupOf, least } = shares;
  const ofGroup = (group: number): number[] => topRows(score, limit, (row) => groupOf(row) === group && holds(row));
  const waiting = [...new Set([...best, ...[...least.keys()].flatMap(ofGroup)])];
  waiting.sort((a, b) => score[b] - score[a] || a - b);
  const groups = new GroupCount(shares);
  return best.map((_, at) => {
    const turn = groups.turn(at + 1);
    const next = waiting.reduce((first, row) => (turn(row) > turn(first) ? row : first));
    waiting.splice(waiting.indexOf(next), 1);
    groups.add(next);
    return next;
  });
}
