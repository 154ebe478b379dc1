import type { Manifest } from '../../core/catalog';
import type { JoinedText } from '../../core/encoders';
import { NEAREST } from './neighbors';

/** How far above chance the 5 nearest items must agree in category, 0 to 1, for the content to suffice on its own. */
const CLEAR = 0.5;
/** Minimum number of products with a category for that judgement. */
const MIN_JUDGED = 20;
/** Weight of the category where content says everything, which is the pages' default, and where it says nothing. */
const [MIN_WEIGHT, MAX_WEIGHT] = [0.1, 4];

/**
 * How much lists of similar items lean on the category: the more, the less the content tells categories apart.
 * @param categories of the judged products
 * @param precision share of their 5 nearest items with the same category
 * @returns undefined for the default of the pages
 */
export function similarWeights(categories: readonly string[], precision: number): Manifest['similar'] {
  const { chance, most, count } = agreement(categories);
  const clear = (precision - chance) / (most - chance);
  // Items in several categories have facets, such as genres, and sharing one says little.
  const facets = categories.filter((category) => category.includes('|')).length > count / 2;
  if (facets || count < MIN_JUDGED || !(clear < CLEAR)) return undefined;
  return {
    category: Number((MIN_WEIGHT + (MAX_WEIGHT - MIN_WEIGHT) * (1 - (Math.max(0, clear) / CLEAR) ** 2)).toFixed(2)),
  };
}

/** How often the nearest items agree in category by chance, and at most: a category may have fewer than 5 other products. */
function agreement(categories: readonly string[]): { chance: number; most: number; count: number } {
  const sizes = new Map<string, number>();
  for (const category of categories) if (category !== '') sizes.set(category, (sizes.get(category) ?? 0) + 1);
  const sum = (of: (size: number) => number): number => [...sizes.values()].reduce((all, size) => all + of(size), 0);
  const count = sum((size) => size);
  return {
    chance: sum((size) => size * (size - 1)) / (count * (count - 1)),
    most: sum((size) => (size * Math.min(NEAREST, size - 1)) / NEAREST) / count,
    count,
  };
}

/** What a build says about its content. */
export function contentNotes(joined: JoinedText | null, similar: Manifest['similar'], precision: number): string[] {
  const percent = (share: number): string => `${Math.round(100 * share)} %`;
  const by =
    joined &&
    (joined.share === 0
      ? 'Texts are compared by their words.'
      : `Texts are compared by the text encoder (${percent(joined.share)}) and by their words (${percent(1 - joined.share)}), which together tell the categories apart better than the encoder alone.`);
  const lean =
    similar &&
    `Of the 5 products nearest in content, ${percent(precision)} have the same category, so lists of similar products lean on the category (weight ${similar.category}).`;
  return [by, lean].filter((line) => typeof line === 'string');
}
