import * as v from 'valibot';
import { exactObject } from '../../common/strict-object';
import { SidestreamError } from '../../error';
import { type LearnerSettings, TUNED_TERMS, type TunedTerm, type Tuning } from './tuning';

const between = (low: number, high: number) => v.pipe(v.number(), v.minValue(low), v.maxValue(high));
const whole = (low: number, high = Number.MAX_SAFE_INTEGER) => v.pipe(between(low, high), v.integer());
const optional = (low: number, high: number) => v.optional(between(low, high));

const weight = optional(0, 20);
const weights = Object.fromEntries(TUNED_TERMS.map((name) => [name, weight])) as Record<TunedTerm, typeof weight>;

const settingsSchema = exactObject({
  weights: v.optional(exactObject(weights)),
  fading: optional(0.001, 0.5),
  driftThreshold: optional(1, 100),
  trial: v.optional(
    v.pipe(
      whole(4, 100),
      v.check((choices) => choices % 2 === 0, 'must be even'),
    ),
  ),
  keepAt: optional(0.05, 0.99),
  share: optional(0, 0.5),
  kept: v.optional(whole(2, 4)),
  guardFloor: optional(-10, 0),
  anchor: optional(0, 4),
  anchorSlope: optional(0, 20),
});

const figure = v.pipe(v.number(), v.finite());
const estimate = v.strictObject({ mean: figure, se: figure });
const both = v.strictObject({ defaults: figure, tuned: figure });
const part = v.strictObject({
  shoppers: whole(1),
  choices: whole(1),
  lnRank: both,
  worse: both,
  risk: both,
  change: v.strictObject({ lnRank: estimate, worse: estimate, risk: estimate }),
});
const driftPart = v.strictObject({
  streams: whole(1),
  detected: both,
  falseAlarms: both,
  change: v.strictObject({ detected: estimate, falseAlarms: estimate }),
});

const tuningSchema = v.strictObject({
  base: v.boolean(),
  settings: settingsSchema,
  evidence: v.strictObject({
    date: v.pipe(v.string(), v.isoDate()),
    log: v.optional(v.strictObject({ sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)), events: whole(1) })),
    seed: whole(1),
    compared: v.array(v.string()),
    lists: v.optional(v.strictObject({ choose: part, confirm: part, report: part })),
    drift: v.optional(v.strictObject({ choose: driftPart, confirm: driftPart, report: driftPart })),
  }),
});

/** Settings from another process. @throws SidestreamError as `decodeTuning` */
export const parseSettings = (data: unknown): LearnerSettings => parsed(settingsSchema, data);

/** The bytes of the file: JSON. @throws SidestreamError as `decodeTuning` */
export function encodeTuning(tuning: Tuning): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify(parsed(tuningSchema, tuning), null, 2)}\n`);
}

/**
 * Reads what `encodeTuning` wrote.
 * @throws SidestreamError `bundle/invalid` naming the setting that is unknown or out of its range
 */
export function decodeTuning(bytes: ArrayBuffer): Tuning {
  let data: unknown;
  try {
    data = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw invalid('it is not JSON', cause);
  }
  return parsed(tuningSchema, data);
}

function parsed<T extends v.GenericSchema>(schema: T, data: unknown): v.InferOutput<T> {
  const result = v.safeParse(schema, data);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw invalid(`${v.getDotPath(issue) ?? 'it'}: ${issue.message}`);
}

const invalid = (what: string, cause?: unknown): SidestreamError =>
  new SidestreamError(
    'bundle/invalid',
    `The settings of the bundle cannot be used: ${what}. Build the bundle again, into an empty folder.`,
    {
      cause,
    },
  );
