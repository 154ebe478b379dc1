import * as v from 'valibot';
import { MODALITIES } from '../../core/catalog';
import { exactObject } from '../../core/common/schema';
import { detailFields, eventFields, itemIdSchema } from '../../core/events';
import { SidestreamError } from '../../error';
import { PLACEMENTS, type Placement, ruleFields, rulesSchema } from '../ranking';
import { encryptionSchema } from '../store';

/**
 * Parses an argument of a public method.
 * @param what name of the method, for the message
 * @param name of the argument, if the method has several or it is not an object
 * @throws SidestreamError `runtime/invalid-input` naming the field
 */
export function parsed<Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
  what: string,
  name = '',
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  // Unknown names first: a field that seems missing is often misspelt.
  const unknown = result.issues.find(({ expected }) => expected === 'never');
  const issue = unknown ?? result.issues[0];
  // The message names the unknown field already.
  const keys = issue.path?.slice(0, unknown ? -1 : undefined).map(({ key }) => `${key}`) ?? [];
  const path = [name, ...keys].filter(Boolean).join('.');
  const text = [what, path, issue.message].filter(Boolean).join(': ');
  throw new SidestreamError('runtime/invalid-input', text.endsWith('?') ? text : `${text}.`);
}

const ABOUT_ITEM: readonly Placement[] = ['similar', 'complement'];

const hook = v.optional(v.literal('function', 'must be a function'));

/** A boolean or an unknown word must never pass for an answer. */
export const consentSchema = v.picklist(['pending', 'granted', 'denied'] satisfies Consent[]);
/**
 * Consent of the shopper: `pending` keeps everything in memory, `granted` writes to IndexedDB, `denied` deletes it and
 * learns nothing. An answer in one tab holds in all open tabs of the shop.
 */
export type Consent = 'pending' | 'granted' | 'denied';

/** The shopper's answer about consent in one tab; `pending` also after `profile.forget()`. */
export const consentAnswerSchema = v.strictObject({
  consent: consentSchema,
  /** Orders the answers of all tabs: a Lamport time, with the tab's id as tie-breaker. */
  stamp: v.strictTuple([v.pipe(v.number(), v.safeInteger(), v.minValue(0)), v.string()]),
});
export type ConsentAnswer = v.InferOutput<typeof consentAnswerSchema>;

/** An answer after which nothing is kept on the device. */
export type Refusal = Exclude<Consent, 'granted'>;

/** Options of a recommender, as the page sends them: `'function'` instead of a function. */
export const optionsSchema = exactObject({
  bundle: v.string(),
  consent: v.optional(consentSchema),
  namespace: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(256)), 'default'),
  learning: v.optional(v.boolean(), true),
  encrypt: v.optional(encryptionSchema, false),
  workerUrl: v.optional(v.string()),
  rules: v.optional(rulesSchema),
  // Parsed by code that only shops with an experiment load.
  experiment: v.optional(v.unknown()),
  market: v.optional(v.string()),
  onProgress: hook,
  onMetric: hook,
});

export const recommendSchema = v.pipe(
  exactObject({
    placement: v.optional(v.picklist(PLACEMENTS)),
    itemId: v.optional(v.union([itemIdSchema, v.pipe(v.array(itemIdSchema), v.minLength(1), v.maxLength(100))])),
    cart: v.optional(v.boolean()),
    limit: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(100)), 8),
    exclude: v.optional(v.pipe(v.array(v.string()), v.maxLength(10_000)), []),
    lang: v.optional(v.pipe(v.string(), v.maxLength(64))),
    // Parsed by code that only pages with hints load.
    hints: v.optional(v.unknown()),
    ...ruleFields,
  }),
  v.transform(({ placement, ...request }) => ({
    placement: placement ?? (request.cart ? 'complement' : 'for-you'),
    ...request,
  })),
  v.forward(
    v.check(
      ({ placement, itemId, cart }) => cart || itemId !== undefined || !ABOUT_ITEM.includes(placement),
      'the placements "similar" and "complement" need the id of an item',
    ),
    ['itemId'],
  ),
);

export type ParsedOptions = v.InferOutput<typeof optionsSchema>;
export type ParsedRequest = v.InferOutput<typeof recommendSchema>;

/** Options of a call; the page keeps its signal and its time limit. */
export const callSchema = v.optional(
  exactObject({ signal: v.undefined(), timeout: v.optional(v.pipe(v.number(), v.gtValue(0))) }),
);

/** Where the encoders compute. */
export type EncoderBackend = 'webgpu' | 'wasm';

/** The last run of an encoder in this page. */
export interface EncoderRun {
  modality: 'text' | 'image';
  /** Name of its preset, such as `mobilenet-v2`. */
  encoder: string;
  backend: EncoderBackend;
  /** Why it did not compute on a GPU, in English; null if it did. */
  reason: string | null;
  /** How long one text or picture took, without loading the encoder. */
  milliseconds: number;
}

const runSchema: v.GenericSchema<unknown, EncoderRun> = v.strictObject({
  modality: v.picklist(MODALITIES),
  encoder: v.string(),
  backend: v.picklist(['webgpu', 'wasm'] satisfies EncoderBackend[]),
  reason: v.nullable(v.string()),
  milliseconds: v.number(),
});

/** The runs of encoders that a call needed. */
export const runsSchema = v.optional(v.array(runSchema), []);

export const trackSchema = exactObject({ ...eventFields, details: exactObject(detailFields) });
export type TrackInput = v.InferInput<typeof trackSchema>;
