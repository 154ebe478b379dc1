import { categoryPaths } from '../../../core/catalog';
import { SidestreamError } from '../../../error';
import type { CatalogIndex } from '../catalog-index';
import { cooccurrenceReason } from '../explanation/reason-kind';
import type { Placement } from '../placement';
import type { RankRequest } from '../rank';
import type { SetRule } from '../rules/rules';
import { cooccurrence } from '../terms/cooccurrence';
import { commonList } from './common';
import { fitsSet, itemSet } from './item-set';
import type { ListInView, Scored } from './scored';
import { similarList } from './similar';

/** Maximum number of items of a cart that a list is about. */
const MAX_IN_CART = 100;
/** Maximum number of items in view whose content is compared: each costs a pass over the catalogue. */
const MAX_COMPARED = 20;
/** Placements that are empty without an item in view. */
const ABOUT_ITEMS: readonly Placement[] = ['similar', 'complement'];

/**
 * The request for the same list about these items.
 * @param ids of items in view; ids that the catalogue lacks are left out
 * @param cart rows of the items in the cart; the last 100 count as in view too, newest first.
 *   With an empty cart and no ids, `similar` and `complement` are empty. Default: the list is not about the cart
 * @throws SidestreamError `runtime/unknown-item` when the catalogue lacks all given ids
 */
export function aboutItems(
  index: CatalogIndex,
  request: RankRequest,
  ids: readonly string[],
  cart?: Iterable<number> | false,
): RankRequest {
  const known = ids.flatMap((id) => index.rowOf.get(id) ?? []);
  if (ids.length > 0 && known.length === 0) {
    const text = `The catalogue lacks all ${ids.length} items in view, such as "${ids[0]}". Publish a new bundle, or check the ids.`;
    throw new SidestreamError('runtime/unknown-item', text);
  }
  const rows = [...new Set([...known, ...[...(cart || [])].slice(-MAX_IN_CART).reverse()])];
  const products = index.variants?.all(rows) ?? rows;
  const about = { ...request, row: null, exclude: new Set([...request.exclude, ...products]) };
  if (rows.length > 0) return { ...about, inView: listInView(rows, request.rules?.set) };
  // No item goes with an empty cart.
  return cart && ABOUT_ITEMS.includes(request.placement) ? { ...about, limit: 0 } : about;
}

/**
 * The list of items in view: for `complement`, items that other shoppers chose with them, or else similar items of other
 * categories.
 * @param rows of the items in view, each once
 * @param set how `complement` completes a set with them; default: it does not
 */
export const listInView =
  (rows: readonly number[], set?: SetRule): ListInView =>
  (index, holds, placement) => {
    if (placement === 'similar') return nearestList(index, rows, holds);
    if (!set)
      return cooccurrenceList(index, rows, holds) ?? styleList(index, rows, holds) ?? nearestList(index, rows, holds);
    const fits = fitsSet(index, rows, set);
    const fitting = (at: number): boolean => fits(at) && holds(at);
    const list = itemSet(
      index,
      set,
      cooccurrenceList(index, rows, fitting),
      nearestList(index, rows, fitting, 'style'),
    );
    return list ?? commonList(index, () => false);
  };

/**
 * Items that other shoppers chose with the items in view, by the mean of the lifts: an item that goes with several of them
 * comes first.
 */
function cooccurrenceList(
  index: CatalogIndex,
  rows: readonly number[],
  holds: (row: number) => boolean,
): Scored | null {
  const { items, cooccurrence: table } = index;
  if (!table) return null;
  const first = index.variants?.first(rows) ?? rows;
  // Variants of one product count once.
  const inView = rows.filter((_, n) => first.indexOf(first[n]) === n);
  const products = [...new Set(first)];
  /** Contribution of each product in view to the score. */
  const parts = products.map((row) => cooccurrence(table, [row], items.length).map((lift) => lift / inView.length));
  const score = new Float32Array(items.length);
  for (const part of parts) {
    index.variants?.share(part);
    for (let at = 0; at < score.length; at++) score[at] += part[at];
  }
  const listed = (at: number): boolean => score[at] > 0 && holds(at);
  if (!items.some((_, at) => listed(at))) return null;
  const contributions = (at: number): Record<string, number> => (score[at] === 0 ? {} : { boughtTogether: score[at] });
  return {
    score,
    holds: listed,
    contributions,
    source: () => 'boughtTogether',
    reasonKind: (at) =>
      score[at] > 0 ? cooccurrenceReason(index, inView[strongest(parts, at)], at) : { kind: 'none' },
    breakdown: (at) => ({
      contributions: contributions(at),
      contributors: new Map(inView.map((row, n) => [row, parts[n][at]])),
    }),
  };
}

/** Similar items outside the categories of the items in view: another shirt does not complement a shirt. */
function styleList(index: CatalogIndex, rows: readonly number[], holds: (row: number) => boolean): Scored | null {
  const pathsOf = (row: number): string[] => categoryPaths(index.items[row].category);
  const own = new Set(rows.flatMap(pathsOf));
  if (own.size === 0) return null;
  const { pathOf } = index.categories;
  /** Whether a category is another one: most items share theirs with others. */
  const isOther = new Map<number, boolean>();
  const elsewhere = (at: number): boolean => {
    let other = isOther.get(pathOf[at]);
    if (other === undefined) {
      const paths = pathsOf(at);
      other = paths.length > 0 && !paths.some((path) => own.has(path));
      isOther.set(pathOf[at], other);
    }
    return other && holds(at);
  };
  return index.items.some((_, at) => elsewhere(at)) ? nearestList(index, rows, elsewhere, 'style') : null;
}

/**
 * Items by similarity to the most similar item in view, and only that one: no item resembles the mean of a teapot and a
 * shirt.
 */
function nearestList(
  index: CatalogIndex,
  rows: readonly number[],
  holds: (row: number) => boolean,
  style?: 'style',
): Scored | null {
  const compared = rows.slice(0, MAX_COMPARED);
  // All that are not cached yet, in one pass.
  index.similarities.similaritiesToEach(compared);
  const lists = compared.flatMap((row) => {
    const asStyle = style && ({ source: style, reasonKind: { kind: style, about: index.items[row] } } as const);
    return similarList(index, row, holds, asStyle) ?? [];
  });
  if (lists.length === 0) return null;
  const scores = lists.map(({ score }) => score);
  const nearest = (at: number): Scored => lists[strongest(scores, at)];
  return {
    score: largest(scores),
    holds,
    contributions: (at) => nearest(at).contributions(at),
    source: (at) => nearest(at).source(at),
    reasonKind: (at) => nearest(at).reasonKind(at),
    breakdown: (at, ofTerms) => nearest(at).breakdown(at, ofTerms),
  };
}

/** The largest of several scores of every item. */
function largest([first, ...others]: readonly Float32Array[]): Float32Array {
  const out = first.slice();
  for (const score of others) {
    for (let row = 0; row < out.length; row++) if (score[row] > out[row]) out[row] = score[row];
  }
  return out;
}

/** Index of the largest of several scores of an item; the first of equal ones. */
const strongest = (scores: readonly Float32Array[], row: number): number =>
  scores.reduce((best, score, n) => (score[row] > scores[best][row] ? n : best), 0);
