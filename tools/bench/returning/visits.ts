import { Learner, type LearnerCatalog, type LearnerOptions } from '../../../src/device/learner';
import { type RankRequest, rank } from '../../../src/device/ranking';

/** Visits of each shopper; tastes take turns. */
const VISITS = 10;
/** Items of the list, and so many of them are most. */
const [LIMIT, MOSTLY] = [10, 5];
/** Neighbours of a catalogue are alike: one after the other they would be of one narrow category. */
const STRIDE = 7;
const DAY = 24 * 3600 * 1000;
const MINUTE = 60_000;
const START = 1_700_000_000_000;

/** A shopper with two tastes: beginnings of categories. */
export type Tastes = readonly [string, string];

/** What came of ten visits. */
export interface Visits {
  /** Experts that are kept at the end, the generalist among them. */
  kept: number;
  /** For each visit in which a taste returned, the choices of it before most of the list was of it; all of the visit where it never was. */
  returns: number[];
}

/**
 * Lets a shopper visit ten times, of one taste and of the other by turns.
 * @param choices of each visit
 */
export function visits(
  { index, ...catalog }: LearnerCatalog,
  tastes: Tastes,
  choices: number,
  options: LearnerOptions = {},
): Visits {
  const { items } = index;
  const rowsOf = (taste: string): number[] => {
    const rows = [...items.keys()].filter((row) => `${items[row].category}/`.startsWith(`${taste}/`));
    // Every row once, whatever its number is a multiple of.
    return Array.from({ length: STRIDE }, (_, from) => rows.filter((_row, n) => n % STRIDE === from)).flat();
  };
  const rows = tastes.map(rowsOf);
  const learner = new Learner({ index, ...catalog }, options);
  const forYou: RankRequest = { placement: 'for-you', row: null, limit: LIMIT, exclude: new Set() };
  const taken = [0, 0];
  const returns: number[] = [];
  let events = 0;
  for (let visit = 0; visit < VISITS; visit++) {
    const taste = visit % tastes.length;
    const own = new Set(rows[taste]);
    let before: number | null = null;
    for (let choice = 0; choice < choices; choice++) {
      const listed = rank(index, learner.state, forYou).filter(({ row }) => own.has(row)).length;
      if (listed >= MOSTLY) before ??= choice;
      const row = rows[taste][taken[taste]++ % rows[taste].length];
      const time = START + visit * DAY + choice * MINUTE;
      learner.observe({ id: ++events, type: 'click', itemId: items[row].id, time });
    }
    if (visit >= tastes.length) returns.push(before ?? choices);
  }
  const kept = learner.status.experts.filter(({ state }) => state !== 'candidate').length;
  return { kept, returns };
}
