import { scaleRow } from '../../../core/catalog';
import type { ChoiceHistory } from '../../../core/events';
import type { CatalogIndex } from '../catalog-index';
import { NEAREST } from '../nearest-neighbors';
import { productOf } from '../placement';
import type { TermWeights } from '../score';
import { dot, vectorOf, weightedMean } from '../similarities';
import { categoryPreference } from '../terms/category-preference';
import { choiceTable, cooccurrenceOf, MAX_NEARBY } from '../terms/cooccurrence';
import { numericAffinity } from '../terms/numeric-affinity';
import { fadedSums, sideQueries } from '../terms/side-scores';
import { MAX_HISTORY, OLDER, recencyWeights, SESSION, type TermName } from '../terms/terms';

/** The last choices, oldest first: row, product, strength and order of each. */
interface Choices {
  rows: number[];
  products: number[];
  strengths: number[];
  orders: number[];
}

/** A value for the item of a row. */
type Value = (row: number) => number;

/** A value as if a product had never been chosen; all choices count without one. */
type ValueWithout = (left?: number) => Value;

/**
 * The contribution of each past product to the score of an item, by the row of its last chosen variant: by how much the score would be
 * lower if the product had never been chosen, with the weights and experts as they are. The item's own product is left out, because a
 * product is not a reason for itself. Nothing is computed before the first item is asked for.
 */
export function contributorsFor(
  index: CatalogIndex,
  { history, weights }: { history: ChoiceHistory; weights: TermWeights },
): (row: number) => ReadonlyMap<number, number> {
  const product = productOf(index);
  const rows = history.rows.slice(-MAX_HISTORY);
  const strengths = history.strengths.slice(-MAX_HISTORY);
  const orders = history.orders?.slice(-MAX_HISTORY) ?? [...rows.keys()];
  const choices = { rows, products: rows.map(product), strengths, orders };
  const last = new Map(choices.products.map((of, n) => [of, rows[n]]));
  const pastProducts = [...last.keys()];
  const isUsed = (name: TermName): boolean => weights[name] !== 0 && Number.isFinite(weights[name]);
  let terms: { weight: number; whole: Value; without: Value[] }[] | undefined;
  return (row) => {
    terms ??= termsOfChoices(index, choices, isUsed).map(([name, value]) => ({
      weight: weights[name],
      whole: value(),
      // Without its only product, a history has no terms.
      without: pastProducts.length > 1 ? pastProducts.map(value) : [() => 0],
    }));
    const parts = new Float64Array(pastProducts.length);
    for (const { weight, whole, without } of terms) {
      const all = weight * whole(row) || 0;
      for (const [n, value] of without.entries()) if (value !== whole) parts[n] += all - (weight * value(row) || 0);
    }
    const others = [...last].map(([past, variant], n) => [past, variant, parts[n]] as const);
    return new Map(others.flatMap(([past, variant, part]) => (past === product(row) ? [] : [[variant, part]])));
  };
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
  const recency = recencyWeights(choices.strengths);
  const rest = recency.slice();
  /** For a term that weighs choices by recency: without a product, what is older than a choice of it becomes newer. */
  const byRecency =
    (value: (weights: Float64Array) => Value): ValueWithout =>
    (left) => {
      for (let n = rest.length - 1, factor = 1; n >= 0; n--) {
        if (choices.products[n] === left) factor /= OLDER;
        rest[n] = choices.products[n] === left ? 0 : factor * recency[n];
      }
      return value(rest);
    };
  /** For a term of the last choices: without an older one, its value is the same. */
  const byLast = (count: number, value: (rest: Choices) => Value): ValueWithout => {
    const last = new Set(choices.products.slice(-count));
    const whole = value(choices);
    return (left) => (left !== undefined && last.has(left) ? value(without(choices, left)) : whole);
  };
  const terms: Partial<Record<TermName, ValueWithout>> = {
    nearestHistory: meanOfNearest(index, choices),
    category: byRecency((weights) => categoryPreference(index.categories, choices.rows, weights, !table && !side)),
    numericAffinity: byRecency((weights) => numericAffinity(index.numbers, choices.rows, weights)),
    ...(table && {
      boughtTogether: byLast(MAX_NEARBY, ({ products: rows, orders }) =>
        ofProducts(cooccurrenceOf(table, { rows, orders }, content)),
      ),
    }),
  };
  if (side) {
    const { width, vectors: values, biases } = side;
    const queries = sideQueries(side, { rows: choices.products, orders: choices.orders });
    terms.sideModel = (left) => {
      const query = queries(left);
      return ofProducts((row) => biases[row] + dot(query, vectorOf({ width, values }, row)));
    };
  }
  if (!side) {
    const sums = fadedSums(content, { ...choices, orders: undefined }, [OLDER]);
    terms.recent = (left) => {
      const query = Float32Array.from(sums(left)[0]);
      scaleRow(query, 0, query.length);
      return similarTo(query);
    };
    terms.session = byLast(SESSION, ({ rows, strengths }) =>
      similarTo(weightedMean(content, rows.slice(-SESSION), strengths.slice(-SESSION))),
    );
  }
  return (Object.entries(terms) as [TermName, ValueWithout][]).filter(([name]) => isUsed(name));
}

function without({ rows, products, strengths, orders }: Choices, left: number): Choices {
  const kept = [...products.keys()].filter((n) => products[n] !== left);
  const of = (values: readonly number[]): number[] => kept.map((n) => values[n]);
  return { rows: of(rows), products: of(products), strengths: of(strengths), orders: of(orders) };
}

/** The mean of the largest similarities of an item to the choices. */
function meanOfNearest({ nearestHistory }: CatalogIndex, { rows, products }: Choices): ValueWithout {
  const productAt = new Map(rows.map((row, n) => [row, products[n]]));
  let known: { of: number; nearest: { past: number; value: number }[] } | undefined;
  return (left) => (row) => {
    if (known?.of !== row) known = { of: row, nearest: nearestHistory.nearestOf(row, productAt.keys()) };
    let [sum, count] = [0, 0];
    for (const { past, value } of known.nearest) {
      if (productAt.get(past) === left) continue;
      sum += value;
      if (++count === NEAREST) break;
    }
    return sum / count;
  };
}
