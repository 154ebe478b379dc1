import * as v from 'valibot';
import { exactObject } from '../../core/common/strict-object';
import { parsed, recommendSchema, type SegmentsResponse } from '../protocol';
import { ruleFields } from '../ranking';
import { rankSegments, type SegmentField } from '../ranking/segments';
import type { InputSource } from './list-input';
import type { LoadedCatalog } from './loaded-catalog';

const whole = (most: number, otherwise: number) =>
  v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most)), otherwise);
const { pin: _, ...rules } = ruleFields;
const requestSchema = exactObject({
  by: v.custom<SegmentField>(
    (by) => typeof by === 'string' && /^(category$|attributes\..)/.test(by),
    'must be "category" or an attribute, such as "attributes.brand"',
  ),
  depth: whole(50, 1),
  limit: whole(100, 6),
  items: whole(20, 4),
  exclude: v.optional(v.unknown()),
  lang: v.optional(v.unknown()),
  hints: v.optional(v.unknown()),
  ...rules,
});

/**
 * Ranks segments of the loaded items for `Recommender.recommendSegments()`.
 * @throws SidestreamError `runtime/invalid-input` naming the field
 */
export async function rankedSegments(
  request: unknown,
  service: InputSource,
  { catalog }: { catalog: LoadedCatalog },
): Promise<Omit<SegmentsResponse, 'id'>> {
  const { by, depth, limit, items, ...list } = parsed(requestSchema, request ?? {}, 'recommendSegments()');
  const given = parsed(recommendSchema, { ...list, limit: items }, 'recommendSegments()');
  const segments = await service.withInput(given, ({ index, input, shown }) =>
    rankSegments(index, ...input, { by, depth, limit, items }).map(({ items: ranked, ...segment }) => ({
      ...segment,
      items: ranked.map(({ row, ...place }, position) => ({ ...place, item: shown(index.items[row]), position })),
    })),
  );
  return { by, segments, currency: catalog.offers?.currency, partial: !!catalog.bundle.clusters };
}
