import type { Placement, Recommendation, Recommender, Row, RowsResponse } from '../../../device/protocol';

/** The plan of all rows, with the request's language and exclusions; the same until the shopper acts. */
export type Plan = () => Promise<RowsResponse>;

/** Tells rows apart: a plan has at most one of a kind about the same item, brand or category. */
export const keyOf = ({ kind, about }: Pick<Row, 'kind' | 'about'>): string => `${kind} ${about}`;

/** The placement whose list a row of a kind is most like. */
export const PLACEMENT: Readonly<Record<Row['kind'], Placement>> = {
  because: 'similar',
  more: 'for-you',
  new: 'for-you',
  again: 'again',
  trending: 'trending',
};

/**
 * A recommender whose lists are one row of a plan, for the element that shows it. Events have the row's kind as their placement, such
 * as `rows-because`.
 */
export function rowSource(recommender: Recommender, row: Row, plan: Plan): Recommender {
  let last = row;
  return {
    ...recommender,
    async recommend({ exclude = [], limit } = {}) {
      const { id, rows, currency } = await plan();
      // A row that is no longer planned is about to be removed.
      last = rows.find((other) => keyOf(other) === keyOf(row)) ?? last;
      const excluded = new Set(exclude);
      const items: Recommendation[] = last.items.filter(({ item }) => !excluded.has(item.id)).slice(0, limit);
      return {
        id,
        placement: PLACEMENT[row.kind],
        items: items.map((one, position) => ({ ...one, position })),
        ...(currency === undefined ? {} : { currency }),
      };
    },
    track: (type, itemId, details) => recommender.track(type, itemId, { ...details, placement: `rows-${row.kind}` }),
  };
}

/** Rows in the order in which they are shown: the present ones keep their places, and new ones come after them. */
export function inPlace(shown: readonly string[], rows: readonly Row[]): Row[] {
  const place = (row: Row): number => {
    const at = shown.indexOf(keyOf(row));
    return at < 0 ? shown.length : at;
  };
  return [...rows].sort((a, b) => place(a) - place(b));
}
