import * as v from 'valibot';
import type { Recommender, RecommenderStatus, SegmentsRequest } from '../../device/protocol';
import { SidestreamError } from '../../error';

/** A shopper's taste for a search service: one value of a field that they like. */
export interface Taste {
  /** Field of the search index, such as `brand`. */
  field: string;
  value: string;
  /** How much they like it compared with the other values, from 1, the least. */
  weight: number;
}

/** The fields of the search index, and what each of them contains: `{ brand: 'attributes.brand', 'categories.lvl0': 'category' }`. */
export type TasteFields = Readonly<Record<string, SegmentsRequest['by']>>;

const MAX_FIELDS = 10;
const argumentsSchema = v.strictObject({
  fields: v.pipe(
    v.record(
      v.pipe(v.string(), v.regex(/^[\w.-]+$/, 'the name of a field has letters, digits, ".", "_" and "-" only')),
      v.union(
        [
          v.literal('category'),
          v.custom<`attributes.${string}`>((by) => typeof by === 'string' && /^attributes\../.test(by)),
        ],
        'must be "category" or "attributes.<name>"',
      ),
    ),
    v.minEntries(1, 'must name a field of the search index'),
    v.maxEntries(MAX_FIELDS),
  ),
  limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(20)),
});

/**
 * The brands, categories or other values that the shopper likes, for a search service that ranks by them. They leave the device
 * with the search, so the shopper must have granted consent; the shop's notice has to say that searches tell its search service
 * about them.
 * @param fields of the search index
 * @param limit number of values of each field, 1 to 20. Default 3
 * @returns the most liked first within each field; empty without consent, and for a shopper who has chosen nothing yet
 * @throws SidestreamError `runtime/invalid-input` naming the field
 */
export async function searchTaste(
  recommender: Pick<Recommender, 'recommendSegments'> & { status: Pick<RecommenderStatus, 'get'> },
  fields: TasteFields,
  limit = 3,
): Promise<Taste[]> {
  const checked = v.safeParse(argumentsSchema, { fields, limit });
  if (!checked.success) {
    const text = `searchTaste(): ${v.getDotPath(checked.issues[0])}: ${checked.issues[0].message}.`;
    throw new SidestreamError('runtime/invalid-input', text);
  }
  const { consent, events } = await recommender.status.get();
  if (consent !== 'granted' || events === 0) return [];
  const found = Object.entries(checked.output.fields).map(async ([field, by]) => {
    const { segments } = await recommender.recommendSegments({ by, limit, items: 1 });
    return segments.map(({ value }, place): Taste => ({ field, value, weight: segments.length - place }));
  });
  return (await Promise.all(found)).flat();
}

/** Algolia: the search parameter `optionalFilters`, or `personalizationFilters` of a search with personalisation. */
export const algoliaFilters = (taste: readonly Taste[]): string[] =>
  taste.map(({ field, value, weight }) => `${field}:${value.replace(/^-/, '\\-')}<score=${weight}>`);

/** Meilisearch: the text `userContext` of the search parameter `personalize`; null without a taste. */
export function meilisearchContext(taste: readonly Taste[]): string | null {
  const fields = [...new Set(taste.map(({ field }) => field))];
  const liked = fields.map(
    (field) => `${field}: ${taste.flatMap((one) => (one.field === field ? one.value : [])).join(', ')}`,
  );
  return liked.length === 0 ? null : `Likes, the most liked first, ${liked.join('; ')}.`;
}

/** Typesense: the search parameter `sort_by`, with which text relevance decides among products that are liked equally; null without a taste. */
export const typesenseSort = (taste: readonly Taste[]): string | null =>
  taste.length === 0
    ? null
    : `_eval([${taste.map(({ field, value, weight }) => `(${field}:=\`${value.replaceAll('`', '')}\`):${weight}`).join(',')}]):desc,_text_match:desc`;
