import * as v from 'valibot';
import { exactObject, fitting } from '../../common/schema';
import { invalidBundle, parseJson } from '../bundle/bundle-file';
import { type Item, itemSchema } from '../item';

const { title, description, category, url, image, images, attributes } = itemSchema.entries;

/**
 * The texts of an item in another language, as far as they differ from the item: an absent field is the item's own.
 * `attributes` contains only the attributes that differ.
 */
const itemTextSchema = exactObject({
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
 * The differences of an item in the feed of another language. Fields that are empty in that feed stay the item's own; only
 * attributes that the item also has count, because cards and filters name those.
 * @param titled the field that names the feed's row if it has no title
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

/** The item with its texts in a language. Id, price, stock and everything else that is not text stay. */
export const shownItem = (item: Item, { attributes, ...text }: ItemText): Item => ({
  ...item,
  ...text,
  attributes: { ...item.attributes, ...attributes },
});

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

const shardSchema = v.array(v.nullable(itemTextSchema));

/** Writes the texts of some items, one a line in their order, fields in a fixed order; null for an item without any. */
export function encodeTexts(texts: readonly (ItemText | null)[]): Uint8Array {
  const rows = texts.map((text) => JSON.stringify(text));
  return new TextEncoder().encode(`[\n${rows.join(',\n')}\n]\n`);
}

/**
 * Reads the output of `encodeTexts`.
 * @param file its name, for the message
 * @throws SidestreamError `bundle/invalid` naming row and field, or when the number of items is wrong
 */
export function decodeTexts(bytes: ArrayBuffer, file: string, count: number): (ItemText | null)[] {
  const invalid = (what: string): Error => invalidBundle(file, what);
  const texts = fitting(shardSchema, parseJson(file, bytes), invalid);
  if (texts.length === count) return texts;
  throw invalid(`has texts of ${texts.length} items, the manifest says ${count}`);
}
