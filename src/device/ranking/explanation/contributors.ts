import type { ChoiceHistory } from '../../../core/events';
import type { CatalogIndex } from '../catalog-index';
import { NEAREST } from '../nearest-neighbors';
import { productOf } from '../placement';
import type { TermWeights } from '../score';
import { dot, similarity, vectorOf, weightedMean } from '../similarities';
import { categoryPreference } from '../terms/category-preference';
import { choiceTable, cooccurrenceOf, MAX_NEARBY } from '../terms/cooccurrence';
import { numericAffinity } from '../terms/numeric-affinity';
import { sideQuery } from '../terms/side-scores';
import { MAX_HISTORY, NEWER, recencyWeights, SESSION, type TermName } from '../terms/terms';

/** Past items and their contributions to scores. */
export interface Contributors {
  /** The last chosen variant of each product. */
  pastItems: readonly number[];
  /**
   * By how much the score of an item would be lower if the product of each past item had never been chosen, with the weights
   * and experts as they are; NaN for the item's own product, because a product is not a reason for itself.
   */
  of(row: number): Float64Array;
}

/** The last choices, oldest first: row, product and strength of each, and its strength decayed by age. */
interface Choices {
  rows: number[];
  products: number[];
  strengths: number[];
  recency: number[];
  orders: number[];
}

/** A value for the item of a row. */
type Value = (row: number) => number;

/** A value as if a product had never been chosen; all choices count without one. */
type ValueWithout = (left?: number) => Value;

/** The contribution of each past item to scores. Nothing is computed before the first item is asked for. */
export function contributorsFor(
  index: CatalogIndex,
  { history, weights }: { history: ChoiceHistory; weights: TermWeights },
): Contributors {
  const product = productOf(index);
  const rows = history.rows.slice(-MAX_HISTORY);
  const strengths = history.strengths.slice(-MAX_HISTORY);
  const orders = history.orders?.slice(-MAX_HISTORY) ?? [...rows.keys()];
  const choices = { rows, products: rows.map(product), strengths, recency: [...recencyWeights(strengths)], orders };
  const last = new Map(choices.products.map((of, n) => [of, rows[n]]));
  const pastProducts = [...last.keys()];
  const isUsed = (name: TermName): boolean => weights[name] !== 0 && Number.isFinite(weights[name]);
  let scores: { whole: Value; without: Value[] } | undefined;
  const prepare = () => {
    const terms = termsOfChoices(index, choices, isUsed);
    const score = (left?: number): Value => {
      if (pastProducts.every((past) => past === left)) return () => 0;
      const values = terms.map(([name, value]) => [weights[name], value(left)] as const);
      return (row) => values.reduce((sum, [weight, value]) => sum + (weight * value(row) || 0), 0);
    };
    return { whole: score(), without: pastProducts.map(score) };
  };
  const of = (row: number): Float64Array => {
    scores ??= prepare();
    const whole = scores.whole(row);
    return Float64Array.from(scores.without, (without, n) =>
      pastProducts[n] === product(row) ? Number.NaN : whole - without(row),
    );
  };
  return { pastItems: [...last.values()], of };
}

/** The terms of `termValues` that depend on the choices, for single items. */
function termsOfChoices(
  index: CatalogIndex,
  choices: Choices,
  isUsed: (name: TermName) => boolean,
): (readonly [TermName, ValueWithout])[] {
  const { content, side } = index;
  const table = choiceTable(index);
  const product = productOf(index);
  const ofProducts =
    (value: Value): Value =>
    (row) =>
      value(product(row));
  const similarTo = (query: Float32Array): Value => {
    return (row) => dot(vectorOf(content, row), query);
  };
  const bySide = ({ width, vectors, biases }: NonNullable<typeof side>, query: Float32Array): Value => {
    return ofProducts((row) => biases[row] + dot(query, vectors.subarray(row * width, (row + 1) * width)));
  };
  let rest: { left: number | undefined; choices: Choices } | undefined;
  const byChoices =
    (value: (rest: Choices) => Value): ValueWithout =>
    (left) => {
      if (rest?.left !== left || !rest) rest = { left, choices: without(choices, left) };
      return value(rest.choices);
    };
  /** For a term of the last choices: without an older one, its value is the same. */
  const byLast = (count: number, value: (rest: Choices) => Value): ValueWithout => {
    const last = new Set(choices.products.slice(-count));
    const whole = ofLastRow(value(choices));
    const ofRest = byChoices(value);
    return (left) => (left !== undefined && last.has(left) ? ofRest(left) : whole);
  };
  const terms: Partial<Record<TermName, ValueWithout>> = {
    nearestHistory: meanOfNearest(index, choices),
    category: byChoices(({ rows, recency }) => categoryPreference(index.categories, rows, recency, !table && !side)),
    numericAffinity: byChoices(({ rows, recency }) => numericAffinity(index.numbers, rows, recency)),
    ...(table && {
      boughtTogether: byLast(MAX_NEARBY, ({ products: rows, orders }) =>
        ofProducts(cooccurrenceOf(table, { rows, orders }, content)),
      ),
    }),
  };
  if (side && isUsed('sideModel')) {
    terms.sideModel = byChoices(({ products: rows, orders }) => bySide(side, sideQuery(side, { rows, orders })));
  }
  if (!side) {
    terms.recent = byChoices(({ rows, recency }) => similarTo(weightedMean(content, rows, recency)));
    terms.session = byLast(SESSION, ({ rows, strengths }) =>
      similarTo(weightedMean(content, rows.slice(-SESSION), strengths.slice(-SESSION))),
    );
  }
  return (Object.entries(terms) as [TermName, ValueWithout][]).filter(([name]) => isUsed(name));
}

/** The same function, which knows its last value. */
function ofLastRow<T>(of: (row: number) => T): (row: number) => T {
  let known: { row: number; value: T } | undefined;
  return (row) => {
    if (known?.row !== row) known = { row, value: of(row) };
    return known.value;
  };
}

/** The choices without a product: what is older than a choice of it becomes newer. */
function without({ rows, products, strengths, recency, orders }: Choices, left?: number): Choices {
  const rest: Choices = { rows: [], products: [], strengths: [], recency: [], orders: [] };
  let factor = 1;
  for (let n = rows.length - 1; n >= 0; n--) {
    if (products[n] === left) {
      factor *= NEWER;
      continue;
    }
    rest.rows.push(rows[n]);
    rest.products.push(products[n]);
    rest.strengths.push(strengths[n]);
    rest.recency.push(factor * recency[n]);
    rest.orders.push(orders[n]);
  }
  for (const list of Object.values(rest)) list.reverse();
  return rest;
}

/** The mean of the largest similarities of an item to the choices. */
function meanOfNearest({ content, similarities }: CatalogIndex, { rows, products }: Choices): ValueWithout {
  const productAt = new Map(rows.map((row, n) => [row, products[n]]));
  const nearestFirst = ofLastRow((row) =>
    [...productAt]
      .map(([past, of]) => ({ of, value: similarities.cached(past)?.[row] ?? similarity(content, past, row) }))
      .sort((a, b) => b.value - a.value),
  );
  return (left) => (row) => {
    const nearest = nearestFirst(row).filter(({ of }) => of !== left);
    return nearest.slice(0, NEAREST).reduce((sum, { value }) => sum + value, 0) / Math.min(NEAREST, nearest.length);
  };
}
