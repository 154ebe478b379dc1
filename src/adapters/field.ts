import * as v from 'valibot';
import { EVENT_TYPES, type EventType, MOST_CHARACTERS, type TrackDetails } from '../protocol';

/** Whether a page's word is a type of event of ours. */
export const isEventType = (word: unknown): word is EventType => (EVENT_TYPES as readonly unknown[]).includes(word);

const amount = v.pipe(
  v.union([v.number(), v.string()]),
  v.transform((value) => (/^\s*\d+(\.\d+)?\s*$/.test(`${value}`) ? Number(value) : value)),
  v.number('must be a number from 0 on, with a point before the decimals'),
  v.finite(),
  v.minValue(0),
);
const text = (longest: number) =>
  v.pipe(v.union([v.string(), v.number()]), v.transform(String), v.trim(), v.maxLength(longest));

/** What the details of an event may look like on a page: numbers also as text, currencies in any case. */
const FIELDS = {
  quantity: amount,
  price: amount,
  currency: v.pipe(v.string(), v.trim(), v.toUpperCase(), v.regex(/^[A-Z]{3}$/, 'must be a currency of three letters')),
  position: v.pipe(amount, v.integer()),
  placement: text(MOST_CHARACTERS.placement),
  recommendationId: text(MOST_CHARACTERS.recommendationId),
  transactionId: text(MOST_CHARACTERS.transactionId),
} satisfies Record<keyof TrackDetails, v.GenericSchema>;

/** Id of an item on a page; a number counts as text. */
export const idSchema = v.pipe(text(MOST_CHARACTERS.itemId), v.minLength(1));

/**
 * Reads the details of an event, field by field: one that makes no sense is left out and the others are kept. Absent are
 * also null and empty text.
 * @param found what the page has, by our names
 * @param refuse hears of what is left out
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
