import { categoryPaths, type Item } from '../../../src/core/catalog';
import {
  listsInView,
  type Placement,
  type RankedItem,
  type RankRequest,
  rank,
  rankSegments,
  type SetField,
} from '../../../src/device/ranking';
import type { ListCatalog } from './list-catalog';

/** The placements whose lists need no shopper. */
export const LIST_PLACEMENTS = ['similar', 'complement', 'trending'] as const satisfies Placement[];
type ListPlacement = (typeof LIST_PLACEMENTS)[number];

/** Subjects of lists. `similar` and `complement` are about items, `trending` about categories, segments and the shop. */
export const SUBJECTS = ['item', 'category', 'segment'] as const;

export interface ListPlan {
  placements: readonly ListPlacement[];
  per: readonly (typeof SUBJECTS)[number][];
  /** Attributes whose values are segments. */
  segments: readonly `attributes.${string}`[];
  limit: number;
  /** Number of further items, in case some of the list are sold out when it is used. */
  standIns: number;
}

/** One list: the items of the list, then those that stand in for sold-out ones. */
export interface RankedList {
  placement: ListPlacement;
  /** Kind of its subject: `item`, `category`, an attribute such as `attributes.brand`, or `shop`. */
  per: 'item' | SetField | 'shop';
  /** Id of the item, category path, or value of the attribute; empty for the shop. */
  of: string;
  items: RankedItem[];
}

/** Number of lists about items, most of the work. */
export const itemLists = ({ index }: ListCatalog, { placements, per }: ListPlan): number =>
  per.includes('item') ? placements.filter((placement) => placement !== 'trending').length * index.items.length : 0;

/** Ranks all lists of a plan for a shopper about whom nothing is known, as a page would. */
export async function* rankLists(catalog: ListCatalog, plan: ListPlan): AsyncGenerator<RankedList> {
  const { index, state } = catalog;
  const { placements, per, limit, standIns, segments } = plan;
  const { aboutItems } = await listsInView();
  const requestOf = (placement: ListPlacement, row: number | null = null): RankRequest => {
    const rules = catalog.rulesFor(placement);
    // A pin below the list must not take its item out of the list.
    const pin = rules.pin?.filter(({ position }) => position < limit);
    return {
      placement,
      row,
      limit: limit + standIns,
      exclude: new Set(),
      rules: { ...rules, ...(pin && { pin }), excludeOutOfStock: true },
      lang: catalog.lang,
      shown: catalog.shown,
      now: catalog.now,
    };
  };
  if (placements.includes('trending')) {
    const request = requestOf('trending');
    const segmentsBy = (by: SetField, depth = 1) =>
      rankSegments(index, state, request, { by, depth, limit: Number.POSITIVE_INFINITY, items: limit + standIns });
    yield { placement: 'trending', per: 'shop', of: '', items: rank(index, state, request) };
    for (let depth = 1; per.includes('category') && depth <= depthOf(index.items); depth++) {
      for (const { value, items } of segmentsBy('category', depth))
        if (value.split('/').length === depth) yield { placement: 'trending', per: 'category', of: value, items };
    }
    for (const by of per.includes('segment') ? segments : [])
      for (const { value, items } of segmentsBy(by)) yield { placement: 'trending', per: by, of: value, items };
  }
  const aboutItem = placements.filter((placement) => placement !== 'trending');
  if (aboutItem.length === 0 || !per.includes('item')) return;
  // All lists of an item in a row: its similarities are computed once.
  for (const [row, { id }] of index.items.entries()) {
    for (const placement of aboutItem) {
      const request = requestOf(placement, row);
      const about = placement === 'complement' ? aboutItems(index, request, [id]) : request;
      yield { placement, per: 'item', of: id, items: rank(index, state, about) };
    }
  }
}

/** Largest number of levels of a category path. */
const depthOf = (items: readonly Item[]): number =>
  items.reduce(
    (most, { category }) => categoryPaths(category).reduce((of, path) => Math.max(of, path.split('/').length), most),
    0,
  );
