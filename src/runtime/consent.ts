import * as v from 'valibot';
import type { Consent } from './api';
import { parsed } from './parsed';

/** What a shopper can say of keeping a profile on the device. */
export const consentSchema = v.picklist(['pending', 'granted', 'denied'] satisfies Consent[]);

/**
 * Parses a level of consent.
 * @param what the method or option, for the message
 * @throws SidestreamError `runtime/invalid-input`: a boolean or an unknown word must never pass for an answer
 */
export const parseConsent = (level: unknown, what: string): Consent => parsed(consentSchema, level, what);
