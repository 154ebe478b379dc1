import * as v from 'valibot';

const text = (max: number) => v.pipe(v.string(), v.trim(), v.maxLength(max, `must have at most ${max} characters`));
const amount = v.pipe(v.number(), v.finite('must be finite'), v.minValue(0, 'must be 0 or more'));

/**
 * One product as a shop describes it. Everything but `id` and `title` may be missing; a product without a picture is
 * recommended by its text alone. A feed's further columns become `attributes`, when they are texts, numbers or truth
 * values.
 */
export const itemSchema = v.object({
  /** Unique in the catalogue, 1 to 256 characters. */
  id: v.pipe(text(256), v.minLength(1, 'must not be empty')),
  title: v.pipe(text(1000), v.minLength(1, 'must not be empty')),
  description: v.optional(text(20_000), ''),
  /** A path of names from broad to narrow, joined by `/`: `Men/Tops/Hoodies`. Several paths are joined by `|`. */
  category: v.optional(text(500), ''),
  /** In the shop's currency, 0 or more. */
  price: v.optional(amount),
  /** File name under the image folder at build time; address relative to the page (or absolute) in a bundle. */
  image: v.optional(text(2000)),
  /** The product's own page. */
  url: v.optional(text(2000)),
  availability: v.optional(v.picklist(['in-stock', 'out-of-stock', 'preorder']), 'in-stock'),
  /**
   * How often shoppers chose the item lately (any unit, 0 or more); orders the list before anything is known. Leave it
   * out for a new item: unknown counts as average, so that nothing new starts at the bottom.
   */
  popularity: v.optional(amount),
  /** Further facts. Numbers, such as a year or a size, count in the ranking as the price does. */
  attributes: v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])), {}),
});

export type Item = v.InferOutput<typeof itemSchema>;
export type ItemInput = v.InferInput<typeof itemSchema>;
