import * as v from 'valibot';
import { exactObject } from '../../common/schema';
import type { Bundle } from '../bundle/bundle';
import { decodeRows } from '../bundle/bundle-file';
import type { Manifest } from '../bundle/manifest-schema';
import { type Item, itemSchema } from '../item';

/** The tag in its usual spelling, `de-at` as `de-AT`; null if it is not a BCP 47 tag. */
function canonicalTag(tag: string): string | null {
  try {
    return Intl.getCanonicalLocales(tag.trim().replaceAll('_', '-'))[0] ?? null;
  } catch {
    // Intl throws for an invalid tag; the error has no further information.
    return null;
  }
}

/** A language as a BCP 47 tag: `de`, `pt-BR`, `zh-Hant`; also with `_`, as many shops write it. */
export const localeSchema = v.pipe(
  v.string(),
  v.maxLength(35, 'must have at most 35 characters'),
  v.transform(canonicalTag),
  v.string('must be a language tag such as "de" or "pt-BR"'),
);

/** Points for each subtag that two tags of the same language share. */
const SAME_SCRIPT = 4;
const SAME_REGION = 2;
const NO_REGION = 1;

/**
 * The language of a shop that suits a reader best: among tags of the reader's language, one in the same script, then one of
 * the same region, then one without a region. `de-AT` gets `de` before `de-CH`, `zh-TW` gets `zh-Hant` before `zh`, and `pt`
 * gets `pt-BR` if the shop has no `pt`.
 * @param wanted tag of the reader's language; an invalid tag matches nothing
 * @param offered tags; among equally good tags, the first wins
 */
export function bestLocale(wanted: unknown, offered: readonly string[]): string | null {
  const reader = typeof wanted === 'string' ? localeOf(wanted) : null;
  if (!reader) return null;
  let [best, most] = [null as string | null, -1];
  for (const tag of offered) {
    const other = localeOf(tag);
    if (!other || other.likely.language !== reader.likely.language) continue;
    const points =
      (other.likely.script === reader.likely.script ? SAME_SCRIPT : 0) +
      (other.likely.region === reader.likely.region ? SAME_REGION : 0) +
      (other.named.region === undefined ? NO_REGION : 0);
    if (points > most) [best, most] = [tag, points];
  }
  return best;
}

function localeOf(tag: string): { named: Intl.Locale; likely: Intl.Locale } | null {
  const known = canonicalTag(tag);
  if (known === null) return null;
  const named = new Intl.Locale(known);
  return { named, likely: named.maximize() };
}

type Languages = Pick<Manifest, 'language' | 'locales'>;

/**
 * The additional language of a bundle that suits a reader best; null if the items' own language does, or no language.
 * @param wanted tag of the reader's language, if known
 */
export function localeFor({ language, locales = {} }: Languages, wanted: unknown): string | null {
  const tags = Object.keys(locales);
  const best = bestLocale(wanted, language === undefined ? tags : [language, ...tags]);
  return best !== null && Object.hasOwn(locales, best) && best !== language ? best : null;
}

/** The market whose offers a page in a language uses if it names no market; undefined: the default offers. */
export function marketFor(manifest: Languages, wanted: unknown): string | undefined {
  const locale = localeFor(manifest, wanted);
  return locale === null ? undefined : manifest.locales?.[locale]?.market;
}

/** The texts of all items of a bundle, in their order. @throws SidestreamError `bundle/*` */
export async function bundleTexts(
  { shards, shardOf, items }: Pick<Bundle, 'shards' | 'shardOf' | 'items'>,
  tag: string,
): Promise<(ItemText | null)[]> {
  const texts: (ItemText | null)[] = new Array(shardOf.length).fill(null);
  const members: number[][] = Array.from({ length: shards.count }, () => []);
  for (const [row, shard] of shardOf.entries()) members[shard].push(row);
  for (const [shard, rows] of members.entries()) {
    const { file, bytes } = await shards.beside(shard, { texts: tag });
    // As `planShards` orders the items of a shard.
    rows.sort((a, b) => (items[a].id < items[b].id ? -1 : 1));
    for (const [n, text] of decodeTexts(bytes, file, rows.length).entries()) texts[rows[n]] = text;
  }
  return texts;
}

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

const rowSchema = v.nullable(itemTextSchema);

/** Reads the texts of some items, written by `encodeRows` in their order; null for an item without any. @throws SidestreamError `bundle/invalid` */
export const decodeTexts = (bytes: ArrayBuffer, file: string, count: number): (ItemText | null)[] =>
  decodeRows(rowSchema, bytes, file, count);
