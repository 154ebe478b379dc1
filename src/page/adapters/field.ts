import * as v from 'valibot';
import { INEXACT_ID } from '../../core/common/ids';
import { EVENT_TYPES, type EventType, MAX_CHARACTERS, type TrackDetails } from '../../device/protocol';

export const isEventType = (name: unknown): name is EventType => (EVENT_TYPES as readonly unknown[]).includes(name);

const amount = v.pipe(
  v.union([v.number(), v.string()]),
  v.transform((value) => (/^\s*\d+(\.\d+)?\s*$/.test(`${value}`) ? Number(value) : value)),
  v.number('must be a number, 0 or more, with a point before the decimals'),
  v.finite(),
  v.minValue(0),
);
const text = (maxLength: number) =>
  v.pipe(
    v.union([v.string(), v.number()]),
    v.check((value) => typeof value === 'string' || Math.abs(value) <= Number.MAX_SAFE_INTEGER, INEXACT_ID),
    v.transform(String),
    v.trim(),
    v.maxLength(maxLength),
  );

/** Details of an event as pages write them: numbers may be text, and currencies may be in any case. */
const FIELDS = {
  quantity: amount,
  price: amount,
  currency: v.pipe(v.string(), v.trim(), v.toUpperCase(), v.regex(/^[A-Z]{3}$/, 'must be a three-letter currency')),
  position: v.pipe(amount, v.integer()),
  placement: text(MAX_CHARACTERS.placement),
  recommendationId: text(MAX_CHARACTERS.recommendationId),
  transactionId: text(MAX_CHARACTERS.transactionId),
} satisfies Record<keyof TrackDetails, v.GenericSchema>;

/** Item id on a page; a number becomes text. */
export const idSchema = v.pipe(text(MAX_CHARACTERS.itemId), v.minLength(1));

/**
 * Parses the details of an event field by field: an invalid field is left out and the other fields are kept. Null and empty text
 * count as absent.
 * @param found the page's values, by the recommender's names
 * @param refuse receives a message for each field that is left out
 */
export function readDetails(
  found: Partial<Record<keyof TrackDetails, unknown>>,
  refuse: (message: string) => void,
): TrackDetails {
  const details: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(FIELDS)) {
    const value = found[name as keyof TrackDetails];
    if (value === undefined || value === null || value === '') continue;
    const result = v.safeParse(schema, value);
    if (result.success) details[name] = result.output;
    else refuse(`${name} is left out: ${result.issues[0].message}`);
  }
  return details;
}
