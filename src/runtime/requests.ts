import * as v from 'valibot';
import { SidestreamError } from '../error';
import { EVENT_TYPES, type EventType } from '../learner';
import { ruleFields } from '../ranking';
import type { TrackDetails } from './api';

/** Placements that are about an item in view. */
const ABOUT_ITEM = ['similar', 'complement'];

/** A request for a list, as it comes from the page. */
export const recommendSchema = v.pipe(
  v.object({
    placement: v.optional(v.picklist(['for-you', 'similar', 'complement', 'trending', 'recent']), 'for-you'),
    itemId: v.optional(v.string()),
    limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)), 8),
    exclude: v.optional(v.array(v.string()), []),
    lang: v.optional(v.pipe(v.string(), v.maxLength(64))),
    ...ruleFields,
  }),
  v.forward(
    v.check(
      ({ placement, itemId }) => itemId !== undefined || !ABOUT_ITEM.includes(placement),
      'the placements "similar" and "complement" need the id of an item',
    ),
    ['itemId'],
  ),
);

export type ParsedRequest = v.InferOutput<typeof recommendSchema>;

/** An event before it is parsed. */
export interface TrackInput {
  type: EventType;
  itemId: string;
  details: TrackDetails;
}

/** An event, as it comes from the page. */
export const trackSchema = v.object({
  type: v.picklist(EVENT_TYPES),
  itemId: v.pipe(v.string(), v.minLength(1), v.maxLength(256)),
  details: v.object({
    quantity: v.optional(v.pipe(v.number(), v.finite(), v.minValue(0))),
    price: v.optional(v.pipe(v.number(), v.finite(), v.minValue(0))),
    placement: v.optional(v.pipe(v.string(), v.maxLength(64))),
    position: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
    recommendationId: v.optional(v.pipe(v.string(), v.maxLength(64))),
    currency: v.optional(v.pipe(v.string(), v.regex(/^[A-Z]{3}$/, 'a currency has three capital letters'))),
    transactionId: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(128))),
  }),
});

/**
 * Parses an argument of a public method.
 * @param what the method, for the message
 * @throws SidestreamError `runtime/invalid-input` naming the field
 */
export function parsed<Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
  what: string,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  const issue = result.issues[0];
  throw new SidestreamError('runtime/invalid-input', `${what}: ${v.getDotPath(issue) ?? 'input'}: ${issue.message}.`);
}
