import { categoryPaths, type Item } from '../../../core/catalog';
import type { CatalogIndex } from '../catalog-index';
import type { SetField, SetRule } from '../rules/rules';
import type { Scored } from './scored';

/**
 * The items that complete a set with the items in view, for the rule `set`: those for which there is evidence, such as orders
 * and links, first; then those that are most alike in style.
 * @param evidence scores of the items that others chose with them; null without any
 * @param style scores by similarity, for items that fit; null without features
 */
export function itemSet(
  index: CatalogIndex,
  rule: SetRule,
  evidence: Scored | null,
  style: Scored | null,
): Scored | null {
  const list = evidence && style ? evidenceFirst(evidence, style) : (evidence ?? style);
  if (!list) return null;
  const valuesOf = reader(rule.onePer, rule.depth);
  return { ...list, distinct: (row) => valuesOf(index.items[row]) };
}

/** Whether an item fits the items in view: it differs in the field of which there is one per value, and shares the others. */
export function fitsSet(
  index: CatalogIndex,
  rows: readonly number[],
  { onePer, depth, same = [], price }: SetRule,
): (row: number) => boolean {
  const inView = rows.map((row) => index.items[row]);
  const valuesOf = reader(onePer, depth);
  const taken = new Set(inView.flatMap(valuesOf));
  const shared = same.flatMap((field) => {
    // A department is the first level of the category.
    const read = reader(field, 1);
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

/** Reads the values of a field. @param depth levels of the category that count; default: all */
function reader(field: SetField, depth?: number): (item: Item) => string[] {
  if (field === 'category') {
    return ({ category }) => categoryPaths(category).map((path) => path.split('/').slice(0, depth).join('/'));
  }
  const name = field.slice('attributes.'.length);
  return ({ attributes }) => (Object.hasOwn(attributes, name) ? [attributes[name]].flat().map(String) : []);
}

/** One list with the items for which there is evidence first: the scores of all others are scaled to lie below. */
function evidenceFirst(evidence: Scored, style: Scored): Scored {
  const of = (row: number): Scored => (evidence.holds(row) ? evidence : style);
  const within = (list: Scored) => list.score.filter((_, row) => list.holds(row));
  // Evidence is above 0.
  const lowest = within(evidence).reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const highest = within(style).reduce((most, value) => Math.max(most, value), 0);
  const factor = highest < lowest ? 1 : (0.99 * lowest) / highest;
  const scale = (values: Record<string, number>): Record<string, number> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, factor * value]));
  return {
    score: evidence.score.map((value, row) => (evidence.holds(row) ? value : factor * style.score[row])),
    holds: (row) => evidence.holds(row) || style.holds(row),
    contributions: (row) => (of(row) === evidence ? evidence.contributions(row) : scale(style.contributions(row))),
    source: (row) => of(row).source(row),
    reasonKind: (row) => of(row).reasonKind(row),
    breakdown(row, ofTerms) {
      const { contributions, contributors, ...rest } = of(row).breakdown(row, ofTerms);
      if (of(row) === evidence) return { contributions, contributors, ...rest };
      const scaled = new Map([...contributors].map(([at, part]) => [at, factor * part]));
      return { ...rest, contributions: scale(contributions), contributors: scaled };
    },
  };
}
