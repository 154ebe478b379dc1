import * as v from 'valibot';
import { EVENT_TYPES, type EventDetails, type EventType, MAX_CHARACTERS } from './event-types';

/** The latest time that a `Date` can represent. */
const MAX_TIME = 8.64e15;

export const storedId = v.pipe(v.string(), v.minLength(1), v.maxLength(256));
/** Milliseconds since the epoch, in events and profiles. */
export const storedTime = v.pipe(v.number(), v.minValue(0), v.maxValue(MAX_TIME));
export const storedCount = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const amount = v.pipe(v.number(), v.finite(), v.minValue(0));
/** Refuses lone surrogates: some stores replace them, which could make two different texts equal. */
const text = (least: number, most: number) =>
  v.pipe(
    v.string(),
    v.minLength(least, 'must not be empty'),
    v.maxLength(most, `must have at most ${most} characters`),
    v.regex(/^\P{Surrogate}*$/u, 'must be well-formed Unicode: half of a surrogate pair is missing'),
  );

/** Id of an item, wherever the page names one. */
export const itemIdSchema = text(1, MAX_CHARACTERS.itemId);

export const eventFields = {
  type: v.picklist(EVENT_TYPES),
  itemId: itemIdSchema,
};

/** Schemas of the details, for both `track()` and the log. */
export const detailFields = {
  quantity: v.optional(amount),
  price: v.optional(amount),
  currency: v.optional(v.pipe(v.string(), v.regex(/^[A-Z]{3}$/, 'must be three capital letters, such as EUR'))),
  placement: v.optional(text(0, MAX_CHARACTERS.placement)),
  position: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  recommendationId: v.optional(text(0, MAX_CHARACTERS.recommendationId)),
  transactionId: v.optional(text(1, MAX_CHARACTERS.transactionId)),
} satisfies { [Name in keyof EventDetails]-?: v.GenericSchema<EventDetails[Name]> };

/** One event of the log, as read from disk. Details of newer versions are dropped. */
export const eventSchema = v.object({
  /** Position in the log, from 1, always growing. */
  id: v.pipe(v.number(), v.integer(), v.minValue(1)),
  ...eventFields,
  /** Milliseconds since the epoch. */
  time: storedTime,
  ...detailFields,
  /** The variant that the shopper saw: `experiment/variant`. */
  variant: v.optional(v.pipe(v.string(), v.maxLength(MAX_CHARACTERS.variant))),
  /** Set if the event came with the profile of another device, which has counted it. */
  imported: v.optional(v.literal(true)),
});

export type LoggedEvent = v.InferOutput<typeof eventSchema>;
/** An event before the log has given it an id. */
export type NewEvent = Omit<LoggedEvent, 'id'>;

/** Strength of each type as a choice of the item; 0: not a choice. */
export const EVENT_STRENGTH: Record<EventType, number> = {
  impression: 0,
  view: 0.5,
  click: 1,
  cart: 2,
  purchase: 3,
  dismiss: 0,
  undismiss: 0,
  uncart: 0,
};
export const STRONGEST = Math.max(...Object.values(EVENT_STRENGTH));
