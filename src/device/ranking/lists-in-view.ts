import { categoryPaths, type Item } from '../../core/catalog';
import { kept } from '../../core/common/grouped';
import { SidestreamError } from '../../error';
import type { CatalogIndex } from './catalog-index';
import { cooccurrenceReason } from './explanation/reasons';
import { commonList, similarList } from './lists';
import { type Placement, productOf } from './placement';
import type { RankRequest } from './rank';
import type { ListInView, Scored } from './rank-state';
import { fieldReader, type SetRule } from './rules/rules';
import { cooccurrence } from './terms/cooccurrence';

/** Whether an item fits the items in view: it differs in the field of which there is one per value, and shares the others. */
function fitsSet(
  index: CatalogIndex,
  rows: readonly number[],
  { onePer, depth, same = [], price }: SetRule,
): (row: number) => boolean {
  const inView = rows.map((row) => index.items[row]);
  const valuesOf = fieldReader(onePer, depth);
  const taken = new Set(inView.flatMap(valuesOf));
  const shared = same.flatMap((field) => {
    // A department is the first level of the category.
    const read = fieldReader(field, 1);
    const values = new Set(inView.flatMap(read));
    return values.size === 0 ? [] : [(item: Item) => read(item).some((value) => values.has(value))];
  });
  const prices = inView.flatMap((item) => item.price ?? []);
  const mean = prices.reduce((sum, value) => sum + value, 0) / prices.length;
  const [from, to] = price ?? [0, Number.POSITIVE_INFINITY];
  const affordable = (item: Item): boolean =>
    !price || prices.length === 0 || (item.price !== undefined && item.price >= from * mean && item.price <= to * mean);
  return (row) => {
    const item = index.items[row];
    const values = valuesOf(item);
    return (
      // It is not known what an item without a value would add to the set.
      values.length > 0 &&
      !values.some((value) => taken.has(value)) &&
      shared.every((holds) => holds(item)) &&
      affordable(item)
    );
  };
}

/** One list with the items for which there is evidence first: the scores of all others are scaled to lie below. */
function evidenceFirst(evidence: Scored, style: Scored): Scored {
  const of = (row: number): Scored => (evidence.holds(row) ? evidence : style);
  const within = (list: Scored) => list.score.filter((_, row) => list.holds(row));
  // Evidence is above 0.
  const lowest = within(evidence).reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const highest = within(style).reduce((most, value) => Math.max(most, value), 0);
  const factor = highest < lowest ? 1 : (0.99 * lowest) / highest;
  const scaled = <K>(row: number, parts: Iterable<[K, number]>): [K, number][] =>
    Array.from(parts, ([name, value]) => [name, of(row) === evidence ? value : factor * value]);
  return {
    score: evidence.score.map((value, row) => (evidence.holds(row) ? value : factor * style.score[row])),
    holds: (row) => evidence.holds(row) || style.holds(row),
    contributions: (row) => Object.fromEntries(scaled(row, Object.entries(of(row).contributions(row)))),
    contributors: (row) => new Map(scaled(row, of(row).contributors?.(row) ?? [])),
    source: (row) => of(row).source(row),
    reasonKind: (row) => of(row).reasonKind(row),
  };
}

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
    // Items for which there is evidence, such as orders and links, come first; then those that are most alike in style.
    const evidence = cooccurrenceList(index, rows, fitting);
    const style = nearestList(index, rows, fitting, 'style');
    const list = evidence && style ? evidenceFirst(evidence, style) : (evidence ?? style);
    if (!list) return commonList(index, () => false);
    const valuesOf = fieldReader(set.onePer, set.depth);
    return { ...list, distinct: (at) => valuesOf(index.items[at]) };
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
  const first = rows.map(productOf(index));
  // Variants of one product count once.
  const inView = rows.filter((_, n) => first.indexOf(first[n]) === n);
  const products = [...new Set(first)];
  const parts = products.map((row) =>
    cooccurrence(table, { rows: [row] }, items.length).map((lift) => lift / inView.length),
  );
  const score = new Float32Array(items.length);
  for (const part of parts) {
    index.variants?.share(part);
    for (let at = 0; at < score.length; at++) score[at] += part[at];
  }
  const listed = (at: number): boolean => score[at] > 0 && holds(at);
  if (!items.some((_, at) => listed(at))) return null;
  return {
    score,
    holds: listed,
    contributions: (at): Record<string, number> => (score[at] === 0 ? {} : { boughtTogether: score[at] }),
    contributors: (at) => new Map(inView.map((row, n) => [row, parts[n][at]])),
    source: () => 'boughtTogether',
    reasonKind: (at) =>
      score[at] > 0 ? cooccurrenceReason(index, inView[strongest(parts, at)], at) : { kind: 'none' },
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
  const differs = (paths: readonly string[]): boolean => paths.length > 0 && !paths.some((path) => own.has(path));
  const elsewhere = (at: number): boolean => kept(isOther, pathOf[at], () => differs(pathsOf(at))) && holds(at);
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
    contributors: (at) => nearest(at).contributors?.(at) ?? new Map(),
    source: (at) => nearest(at).source(at),
    reasonKind: (at) => nearest(at).reasonKind(at),
  };
}

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
