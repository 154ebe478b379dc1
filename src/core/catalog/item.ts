import * as v from 'valibot';
import { SidestreamError } from '../../error';
import { fitting } from '../common/schema';
import type { WeightedText } from '../common/text';

/**
 * A text from outside. A lone surrogate, such as the end of a title that was cut in the middle of an emoji, becomes U+FFFD:
 * UTF-8 cannot encode it, and `encodeURIComponent` throws.
 */
const wellFormedText = v.pipe(v.string(), v.transform(wellFormed));

/** An external number that is finite as a 32-bit float, the ranking's storage format. */
export const finiteNumber = v.pipe(
  v.number(),
  v.check((value) => Number.isFinite(Math.fround(value)), 'must be a number between -3.4e38 and 3.4e38'),
);

// Has few steps, because a page checks every field of every item before its first list.
const text = (max: number) =>
  v.pipe(
    v.string(),
    v.transform((value) => wellFormed(value).trim()),
    v.maxLength(max, `must have at most ${max} characters`),
  );
const amount = v.pipe(finiteNumber, v.minValue(0, 'must be 0 or more'));
const whole = v.pipe(v.number(), v.safeInteger('must be a whole number'), v.minValue(0, 'must be 0 or more'));
const attributeValue = v.union([
  wellFormedText,
  finiteNumber,
  v.boolean(),
  v.pipe(v.array(wellFormedText), v.maxLength(100, 'must have at most 100 texts')),
]);

/** Maximum number of characters of a thumbnail's address. */
const MAX_THUMBNAIL = 1_000_000;

/**
 * One product as a shop describes it. Everything but `id` and `title` may be missing; a product without a picture is
 * recommended only by its text. Additional columns of a feed become `attributes` if they are texts, numbers or booleans. All
 * numbers are finite as 32-bit floats, all texts are well-formed Unicode.
 */
export const itemSchema = v.object({
  /** Unique in the catalogue, 1 to 256 characters. */
  id: v.pipe(text(256), v.minLength(1, 'must not be empty')),
  title: v.pipe(text(1000), v.minLength(1, 'must not be empty')),
  description: v.optional(text(20_000), ''),
  /** A path of names from broad to narrow, joined by `/`: `Men/Tops/Hoodies`. Several paths are joined by `|`. */
  category: v.optional(text(500), ''),
  /** Current price of the product, in the shop's currency, 0 or more. */
  price: v.optional(amount),
  /** The price before a reduction, or the recommended retail price; shown struck through if it is above the price. */
  listPrice: v.optional(amount),
  /** File name under the image folder at build time; address relative to the page (or absolute) in a bundle. */
  image: v.optional(text(2000)),
  /** Addresses of additional pictures, at most 10; they are shown but not encoded. */
  images: v.optional(v.pipe(v.array(text(2000)), v.maxLength(10, 'must have at most 10 addresses'))),
  /** The product's own page. */
  url: v.optional(text(2000)),
  availability: v.optional(v.picklist(['in-stock', 'out-of-stock', 'preorder']), 'in-stock'),
  /** Pieces in stock. */
  quantity: v.optional(whole),
  /** Id of the variant group: items with the same id are one product in several sizes or colours. */
  group: v.optional(text(256)),
  /** Customers' mean rating of the product, 0 to 5 stars, and the number of ratings. */
  rating: v.optional(
    v.object({
      value: v.pipe(finiteNumber, v.minValue(0, 'must be 0 or more'), v.maxValue(5, 'must be at most 5')),
      count: v.optional(whole),
    }),
  ),
  /** Day since when the shop has sold it, `2026-11-26`. */
  published: v.optional(v.pipe(v.string(), v.isoDate('must be a day such as 2026-11-26'))),
  /**
   * How often shoppers chose the item lately (any unit, 0 or more); orders the list of a new shopper. Leave it out for a new
   * item: an unknown popularity counts as average, which keeps new items from starting at the bottom.
   */
  popularity: v.optional(amount),
  /**
   * Additional attributes; a list contains texts, such as tags. The ranking uses numbers, such as a year, like the price.
   */
  attributes: v.optional(v.record(wellFormedText, attributeValue), {}),
});

/** An item that a device added: its picture is a thumbnail in a `data:` address, which is longer than an address of a file. */
export const addedItemSchema = v.object({
  ...itemSchema.entries,
  image: v.optional(text(MAX_THUMBNAIL)),
});

export type Item = v.InferOutput<typeof itemSchema>;
export type ItemInput = v.InferInput<typeof itemSchema>;

/**
 * Checks an item before it is written into a bundle: an item that does not fit the schema could be written but not read
 * again, because JSON writes a non-finite number as `null`.
 * @returns its fields in the order of the schema: equal items give equal bytes
 * @throws SidestreamError `bundle/invalid` naming the item and the field
 */
export function writableItem(item: Item): Item {
  const unfit = (what: string): SidestreamError =>
    new SidestreamError(
      'bundle/invalid',
      `Cannot write the bundle: item ${JSON.stringify(item.id)}, field ${what}. Correct the item and build again.`,
    );
  const { attributes, ...fields } = fitting(itemSchema, item, unfit);
  return { ...fields, attributes: Object.fromEntries(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))) };
}

function wellFormed(text: string): string {
  // Most texts have no surrogate; testing that first is five times as fast.
  return /[\ud800-\udfff]/.test(text) ? text.replace(/\p{Surrogate}/gu, '\uFFFD') : text;
}

/** Fields that the text encoder reads. They never include the category, which has its own term. */
export const TEXT_RECIPES = ['title-description', 'title'] as const;

export type TextRecipe = (typeof TEXT_RECIPES)[number];

/**
 * The text of an item that the encoder reads: title first, because encoders truncate long texts at the end.
 * @param recipe default `title-description`
 */
export function itemText(
  item: Pick<Item, 'title'> & Partial<Pick<Item, 'description'>>,
  recipe: TextRecipe = 'title-description',
): string {
  if (recipe === 'title' || !item.description) return item.title;
  return /[.!?:]$/.test(item.title) ? `${item.title} ${item.description}` : `${item.title}. ${item.description}`;
}

/** Weights of the texts that the lexical encoder reads. Tags are the shop's own words for what a product is. */
const TEXT_WEIGHTS = { title: 1, description: 0.5, tag: 2, attribute: 0.5, category: 1 };
/** Maximum number of characters of an attribute that counts as words; a longer one is a text of another kind, or an address. */
const MAX_ATTRIBUTE_LENGTH = 60;

/**
 * The texts of an item that the lexical encoder reads: the recipe's, and tags and other attributes that are words.
 * @param categories whether to add the names of its categories: they help where no encoder knows what the words mean
 */
export function itemTexts(
  { title, description, category, attributes }: SearchedItem,
  recipe: TextRecipe,
  categories: boolean,
): WeightedText[] {
  const of = (text: string, kind: keyof typeof TEXT_WEIGHTS): WeightedText => ({ text, weight: TEXT_WEIGHTS[kind] });
  const words = Object.values(attributes).flatMap((value) => {
    if (Array.isArray(value)) return value.map((tag) => of(tag, 'tag'));
    return typeof value === 'string' && value.length <= MAX_ATTRIBUTE_LENGTH ? [of(value, 'attribute')] : [];
  });
  return [
    of(title, 'title'),
    ...(recipe === 'title-description' && description ? [of(description, 'description')] : []),
    ...words,
    ...(categories && category ? [of(category, 'category')] : []),
  ];
}

/**
 * The category paths of an item: `Food/Fruit` is one, `Comedy|Family/Animated` are two, because an item may belong to
 * several categories.
 */
export function categoryPaths(category: string): string[] {
  return category
    .split('|')
    .map((path) =>
      path
        .split('/')
        .map((name) => name.trim())
        .filter((name) => name !== '')
        .join('/'),
    )
    .filter((path) => path !== '');
}

/** True when one of the item's paths is `wanted` or lies under it. */
export function inCategory(category: string, wanted: string): boolean {
  return categoryPaths(category).some((path) => path === wanted || path.startsWith(`${wanted}/`));
}

/** Number of characters of a description that are searched. */
const MAX_DESCRIPTION_LENGTH = 1000;

/** An item as far as its words can be found. */
export type SearchedItem = Pick<Item, 'title' | 'description' | 'category' | 'attributes'>;

/** The texts of an item in which words are found: title, names such as a brand or a colour, category, description. */
export function searchedTexts({ title, description, category, attributes }: SearchedItem): string[] {
  const names = Object.values(attributes)
    .flat()
    .filter((name): name is string => typeof name === 'string' && name.length <= MAX_ATTRIBUTE_LENGTH);
  return [title, names.join(' ; '), category, description.slice(0, MAX_DESCRIPTION_LENGTH)];
}
