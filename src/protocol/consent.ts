import * as v from 'valibot';
import type { Consent } from './api';
import { parsed } from './parse-argument';

/** What a shopper can say of keeping a profile on the device. */
export const consentSchema = v.picklist(['pending', 'granted', 'denied'] satisfies Consent[]);

/** What the shopper said of consent in one tab; `pending` also where everything was forgotten. */
export const consentAnswerSchema = v.strictObject({
  consent: consentSchema,
  /** Orders the answers of all tabs: a Lamport time, and the tab's id where two are equal. */
  stamp: v.strictTuple([v.pipe(v.number(), v.safeInteger(), v.minValue(0)), v.string()]),
});
export type ConsentAnswer = v.InferOutput<typeof consentAnswerSchema>;

/** Whether an answer was given after another one. */
export function isLater({ stamp: [time, tab] }: ConsentAnswer, { stamp: [than, other] }: ConsentAnswer): boolean {
  return time > than || (time === than && tab > other);
}

/**
 * Parses a level of consent.
 * @param what the method or option, for the message
 * @throws SidestreamError `runtime/invalid-input`: a boolean or an unknown word must never pass for an answer
 */
export const parseConsent = (level: unknown, what: string): Consent => parsed(consentSchema, level, what);
