import * as v from 'valibot';
import { exactObject } from '../../common/strict-object';
import { type Item, itemSchema } from '../item';

const { title, description, category, url, image, images, attributes } = itemSchema.entries;

/**
 * What a shopper reads of an item in another language, as far as it differs from the item: a field that is absent is the item's
 * own. Of `attributes`, those that differ.
 */
export const itemTextSchema = exactObject({
  title: v.optional(title),
  description: v.optional(description.wrapped),
  category: v.optional(category.wrapped),
  url: v.optional(url.wrapped),
  image: v.optional(image.wrapped),
  images: v.optional(images.wrapped),
  attributes: v.optional(attributes.wrapped),
});

export type ItemText = v.InferOutput<typeof itemTextSchema>;

/** Shows an item in a language. */
export type Shown = (item: Item) => Item;

const FIELDS = ['title', 'description', 'category', 'url', 'image', 'images'] as const;

/**
 * What differs of an item in the feed of another language. What that feed leaves empty stays the item's own; attributes count
 * that the item has, too, for those are what cards and filters name.
 * @param titled what the feed's row is called by, where it has no title
 */
export function itemTextOf(item: Item, other: Item, titled?: 'description' | 'id'): ItemText {
  const text: ItemText = {};
  for (const field of FIELDS) {
    const value = other[field];
    if (value === undefined || value === '' || same(value, item[field])) continue;
    // An id is no title, and the item has one.
    if (field === 'title' && titled === 'id') continue;
    Object.assign(text, { [field]: value });
  }
  const differing = Object.entries(other.attributes)
    .filter(([name, value]) => name in item.attributes && !same(value, item.attributes[name]))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (differing.length > 0) text.attributes = Object.fromEntries(differing);
  return text;
}

/** The item as a shopper reads it. Id, price, stock and everything that is not text stay. */
export const shownItem = (item: Item, { attributes, ...text }: ItemText): Item => ({
  ...item,
  ...text,
  attributes: { ...item.attributes, ...attributes },
});

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
