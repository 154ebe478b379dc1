import { signed } from '../evaluate/report-cells';
import type { ShopBlock } from './block';
import { LISTED, MAX_ADAPTATION, type VisitRecord } from './visit';

/** A figure and its 95 % interval: two standard errors (1.96) to both sides. NaN if there is nothing to average. */
export interface Interval {
  mean: number;
  low: number;
  high: number;
}

export type FigureUnit = 'percent' | 'choices' | 'bits' | 'number';

export interface FigureWords {
  title: string;
  /** One sentence: how it is measured, and whether more of it is better. */
  meaning: string;
  unit: FigureUnit;
  /** Why a configuration may lack the figure, as the end of a sentence. */
  absent?: string;
}

/** Two sums over shoppers whose ratio is the figure. */
interface RatioFigure extends FigureWords {
  /**
   * Numerator and denominator of a shopper; null if it does not apply. Default: the value of the same name in the record and 1, the
   * mean over the shoppers to whom it applies.
   */
  of?(record: VisitRecord): [number, number] | null;
}

const ADAPTED = `a list counts as following when ${100 * LISTED} % of its items are among those that the shopper wants most; ${MAX_ADAPTATION} if it never followed`;

type MeanName = Exclude<keyof VisitRecord, 'fitBefore' | 'fitAfter' | 'newWants' | 'newHits'>;
type RatioName = MeanName | 'retention' | 'newItems';

/** Figures of shoppers, in the order of the tables. */
const RATIO_FIGURES: Readonly<Record<RatioName, RatioFigure>> = {
  hr10: {
    title: 'HR@10: sought and in the first ten',
    unit: 'percent',
    meaning: 'How often the list already contained the item that the shopper looked for next. More is better.',
  },
  steady: {
    title: 'HR@10 while the taste stays',
    unit: 'percent',
    absent: 'no taste is known to stay',
    meaning: 'HR@10 of the shoppers who keep their first taste. More is better.',
  },
  ndcg10: {
    title: 'NDCG@10: the same, counted by place',
    unit: 'percent',
    meaning: 'As HR@10, but the first place counts more than the tenth. More is better.',
  },
  mrr: {
    title: 'MRR: one over the rank',
    unit: 'percent',
    meaning: 'Mean of one over the rank of the sought item among all items. More is better.',
  },
  clicks: {
    title: 'Clicks per list',
    unit: 'percent',
    meaning: 'Share of the lists in which something was clicked, with less attention further down. More is better.',
  },
  start: {
    title: 'Choices until the first taste is listed',
    unit: 'choices',
    meaning: `How long a new shopper waits: ${ADAPTED}. Less is better.`,
  },
  adaptation: {
    title: 'Choices until a new taste is listed',
    unit: 'choices',
    meaning: `After an abrupt change of taste: ${ADAPTED}. Less is better.`,
  },
  gradual: {
    title: 'The same if the taste changes slowly',
    unit: 'choices',
    meaning: `From the beginning of a change that takes ${MAX_ADAPTATION} choices: ${ADAPTED}. Less is better.`,
  },
  returned: {
    title: 'Choices until an old taste is listed again',
    unit: 'choices',
    meaning: `After the return to the first taste: ${ADAPTED}. Less is better.`,
  },
  retention: {
    title: 'Kept of a taste on return',
    unit: 'percent',
    absent: 'no list followed the taste before it left',
    of: ({ fitBefore, fitAfter }) =>
      fitBefore === null || fitAfter === null || fitBefore < LISTED ? null : [fitAfter, fitBefore],
    meaning:
      'How well the first lists after the return fit, relative to the last lists before the taste left, if it was listed then. More is better.',
  },
  newItems: {
    title: 'HR@10 of new items',
    unit: 'percent',
    of: ({ newHits, newWants }) => [newHits, newWants],
    meaning: 'HR@10 of items that nobody had chosen before: the loss or gain on new products. More is better.',
  },
  novelty: {
    title: 'Novelty of the lists',
    unit: 'bits',
    meaning:
      'How rarely the shown items were chosen in the past (mean self-information). More means fewer well-known items.',
  },
  popularityBias: {
    title: 'Popularity bias',
    unit: 'number',
    meaning:
      'How much more popular the shown items are than the sought ones, by percentile (0 least, 1 most). 0 is fair.',
  },
  diversity: {
    title: 'Diversity within a list',
    unit: 'number',
    meaning: 'One minus the mean content similarity of the pairs of a list. More is more varied, not better in itself.',
  },
  experts: {
    title: 'Experts kept at the end',
    unit: 'number',
    absent: 'no experts are learned',
    meaning:
      'Experts of a shopper, including the one that learns everything. It grows with the number of tastes of a shopper.',
  },
};

export type FigureName = RatioName | 'coverage';

export const FIGURES: Readonly<Record<FigureName, FigureWords>> = {
  ...RATIO_FIGURES,
  // Of all shoppers together, from how often each item was listed.
  coverage: {
    title: 'Coverage',
    unit: 'percent',
    meaning: 'Share of the catalogue that was in any list. It grows with the number of shoppers.',
  },
};

/** Standard errors to both sides of a 95 % interval. */
const ERRORS = 1.96;

export const interval = (value: number, se: number): Interval => ({
  mean: value,
  low: value - ERRORS * se,
  high: value + ERRORS * se,
});

export const scaleOf = (unit: FigureUnit): number => (unit === 'percent' ? 100 : 1);

const DIGITS: Record<FigureUnit, number> = { percent: 1, choices: 1, bits: 2, number: 3 };

/** Shown instead of a missing value. */
export const NONE = '–';

/** A value with half the width of its interval; a dash if there is no value. */
export function intervalText({ mean, high }: Interval, unit: FigureUnit, withSign = false): string {
  if (Number.isNaN(mean)) return NONE;
  const scale = scaleOf(unit);
  const text = (value: number): string => (scale * value).toFixed(DIGITS[unit]);
  const error = Number.isNaN(high) ? '' : ` ± ${text(high - mean)}`;
  return `${withSign ? signed(scale * mean, DIGITS[unit]) : text(mean).replace('-', '−')}${error}`;
}

/** A figure of a shop, with the parts that its error comes from: in a shop with the same shoppers, they are of the same ones. */
export interface Measured {
  value: number;
  parts: readonly number[];
  errorOf(parts: readonly number[]): number;
}

/** A figure with its interval; against that of another shop with the same shoppers, its change. */
export const intervalOf = ({ value, parts, errorOf }: Measured, other?: Measured): Interval =>
  other
    ? interval(value - other.value, errorOf(parts.map((part, n) => part - other.parts[n])))
    : interval(value, errorOf(parts));

/** Ratio estimator with its linearization (Cochran, Sampling Techniques, 1977, section 6.3): a part is a shopper's influence. */
function ratioOf(records: readonly VisitRecord[], of: NonNullable<RatioFigure['of']>): Measured {
  const pairs = records.map((record) => of(record) ?? [0, 0]);
  const [above, below] = [0, 1].map((part) => pairs.reduce((sum, pair) => sum + pair[part], 0));
  const value = above / below;
  return { value, parts: pairs.map(([a, b]) => ((a - value * b) * pairs.length) / below), errorOf: influenceError };
}

const meanOf =
  (name: MeanName) =>
  (record: VisitRecord): [number, number] | null => {
    const value = record[name];
    return value === null ? null : [value, 1];
  };

function influenceError(influence: readonly number[]): number {
  const n = influence.length;
  if (n < 2) return Number.NaN;
  const squares = influence.reduce((sum, value) => sum + value ** 2, 0);
  return Math.sqrt(squares / (n * (n - 1)));
}

function measuredOf(blocks: readonly ShopBlock[]): Record<FigureName, Measured> {
  const records = blocks.flatMap((block) => block.records);
  const listed = blocks.map((block) => block.listed);
  return {
    ...mapValues(RATIO_FIGURES, ({ of }, name) => ratioOf(records, of ?? meanOf(name as MeanName))),
    coverage: leavingOut(listed, coverage),
  };
}

/**
 * Every figure of a shop, or its change against another shop, with the error of the difference.
 * @param blocks the shop's own, in order: errors of counts over all shoppers come from leaving out each block
 * @param others of the other shop, block by block the same shoppers
 */
export function figuresOf(blocks: readonly ShopBlock[], others?: readonly ShopBlock[]): Record<FigureName, Interval> {
  const other = others && measuredOf(others);
  return mapValues(measuredOf(blocks), (figure, name) => intervalOf(figure, other?.[name]));
}

/** A statistic of the counts of all blocks; a part is the statistic without a block. */
export function leavingOut(
  counts: readonly (readonly number[])[],
  of: (counts: readonly number[]) => number,
): Measured {
  const all = counts[0].map((_, row) => counts.reduce((sum, block) => sum + block[row], 0));
  const parts = counts.map((block) => of(all.map((value, row) => value - block[row])));
  return { value: of(all), parts, errorOf: jackknifeError };
}

/** Standard error by the delete-a-group jackknife (Kott 2001); NaN with fewer than two groups. */
export function jackknifeError(without: readonly number[]): number {
  const n = without.length;
  if (n < 2) return Number.NaN;
  const center = without.reduce((sum, value) => sum + value, 0) / n;
  return Math.sqrt(((n - 1) / n) * without.reduce((sum, value) => sum + (value - center) ** 2, 0));
}

/** Share of the items that have any count. */
export const coverage = (counts: readonly number[]): number =>
  counts.filter((value) => value > 0).length / Math.max(1, counts.length);

/** Gini coefficient: 0 if all items have the same count, towards 1 if one item has all. */
export function gini(counts: readonly number[]): number {
  const sorted = counts.toSorted((a, b) => a - b);
  const total = sorted.reduce((sum, value) => sum + value, 0);
  const weighted = sorted.reduce((sum, value, at) => sum + (2 * (at + 1) - sorted.length - 1) * value, 0);
  return weighted / (sorted.length * total);
}

/** Share of all counts that belong to the tenth of the items with the largest counts. */
export function topDecile(counts: readonly number[]): number {
  const sorted = counts.toSorted((a, b) => b - a);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return sum(sorted.slice(0, Math.max(1, Math.round(sorted.length / 10)))) / sum(sorted);
}

export const mapValues = <K extends string, V, R>(record: Record<K, V>, of: (value: V, name: K) => R): Record<K, R> =>
  Object.fromEntries(Object.entries<V>(record).map(([name, value]) => [name, of(value, name as K)])) as Record<K, R>;
