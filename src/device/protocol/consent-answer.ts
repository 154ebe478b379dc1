import * as v from 'valibot';
import { answerSchema } from './requests';

/**
 * The shopper's answer about consent in one tab; `pending` also after `forget()`. Never `session`, which is not an answer
 * and holds in one tab only.
 */
export const consentAnswerSchema = v.strictObject({
  consent: answerSchema,
  /** Orders the answers of all tabs: a Lamport time, with the tab's id as tie-breaker. */
  stamp: v.strictTuple([v.pipe(v.number(), v.safeInteger(), v.minValue(0)), v.string()]),
});
export type ConsentAnswer = v.InferOutput<typeof consentAnswerSchema>;

/** An answer after which nothing is kept on the device. */
export type Refusal = Exclude<ConsentAnswer['consent'], 'granted'>;
