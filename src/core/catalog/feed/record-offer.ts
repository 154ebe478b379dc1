import * as v from 'valibot';
import { itemSchema } from '../item';
import { OFFERED, type Offered } from '../offers';
import type { FeedMapping } from './feed-mapping';
import type { RecordShape } from './feed-record';
import { namedFields } from './record-fields';
import { availabilityOf, idOf, knownOf, type ParsedRecord, pricesOf, problemsOf, quantityOf } from './record-item';

/** Price and stock of a product as a feed has them. */
export interface FeedOffer {
  id: string;
  /** The offer in the feed; a field is absent if the product lacks it. */
  values: Partial<Offered>;
  /** The fields that the record has, with or without a value. */
  fields: readonly (keyof Offered)[];
}

const { id, price, listPrice, availability, quantity } = itemSchema.entries;
const schema = v.object({ id, price, listPrice, availability: v.optional(availability.wrapped), quantity });

/** Reads the price and stock of a record like `recordItem`; all its other fields may be missing or invalid. */
export function recordOffer(
  shape: RecordShape,
  record: Record<string, unknown>,
  mapping: FeedMapping,
): ParsedRecord<FeedOffer> {
  const named = namedFields(shape, record, mapping);
  const input: Record<string, unknown> = {
    id: idOf(named.id),
    ...pricesOf(named, record, mapping),
    availability: availabilityOf(named.availability),
    quantity: quantityOf(named.quantity),
  };
  for (const [field, value] of Object.entries(input)) if (value === undefined || value === null) delete input[field];
  if (named.unpublished) return { unpublished: true, ...(typeof input.id === 'string' ? { id: input.id } : {}) };
  const result = v.safeParse(schema, input);
  const known = knownOf({ ...input, title: named.title });
  if (!result.success) return { ...known, problems: problemsOf(result.issues, shape, mapping) };
  const { id: own, ...values } = result.output;
  if (own.includes('\uFFFD')) {
    const reason = 'is not valid UTF-8; save the feed as UTF-8 or name its encoding';
    return { ...known, problems: [{ field: 'id', reason }] };
  }
  const has = { ...named, listPrice: named.listPrice ?? named.sale };
  return { item: { id: own, values, fields: OFFERED.filter((field) => has[field] !== undefined) } };
}
