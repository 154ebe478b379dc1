import * as v from 'valibot';
import { SidestreamError } from '../error';
import type { Quality } from './quality';

/**
 * One method of a table: a quality for every unit (shopper, window, pair), in the same order for all methods, and further
 * figures by name.
 */
export interface MethodRun {
  name: string;
  units: Quality[];
  figures?: Record<string, number>;
}

/** Methods compared on the same units. */
export interface ResultTable {
  name: string;
  unit: 'shopper' | 'window' | 'pair';
  /** Number of the first one, where the units are windows. */
  firstWindow?: number;
  /** Names of the units where seeds differ in them (pairs drawn at random); a name is the same unit in every seed. */
  unitNames?: string[];
  /** Method that the changes are against. */
  reference: string;
  methods: MethodRun[];
}

/** What one protocol found with one seed. The first table is the one that a program reads. */
export interface ProtocolRun {
  protocol: string;
  seed: number;
  /** What was evaluated, in words, without the seed. */
  setting: string;
  tables: ResultTable[];
  /** Single numbers of the whole run, by name; `x se` is the standard error of `x`. */
  figures: Record<string, number>;
}

/** JSON has no NaN (the mean of nothing): it is written as null. */
export const jsonNumber = v.union([
  v.number(),
  v.pipe(
    v.null(),
    v.transform(() => Number.NaN),
  ),
]);
export const figuresSchema = v.record(v.string(), jsonNumber);
export const unitSchema = v.picklist(['shopper', 'window', 'pair']);
export const windowSchema = v.optional(v.pipe(v.number(), v.integer(), v.minValue(2)));

const qualitySchema = v.object({
  events: v.number(),
  hr10: jsonNumber,
  ndcg10: jsonNumber,
  mrr: jsonNumber,
  lnRank: jsonNumber,
});
const runSchema = v.object({
  protocol: v.string(),
  seed: v.number(),
  setting: v.string(),
  tables: v.array(
    v.object({
      name: v.string(),
      unit: unitSchema,
      firstWindow: windowSchema,
      unitNames: v.optional(v.array(v.string())),
      reference: v.string(),
      methods: v.array(
        v.object({ name: v.string(), units: v.array(qualitySchema), figures: v.optional(figuresSchema) }),
      ),
    }),
  ),
  figures: figuresSchema,
});

/**
 * A run as JSON.stringify wrote it.
 * @throws SidestreamError `runtime/invalid-input` when the text is no such run
 */
export function parseRun(text: string): ProtocolRun {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw new SidestreamError('runtime/invalid-input', 'The run is not JSON; evaluate again.', { cause });
  }
  const parsed = v.safeParse(runSchema, data);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new SidestreamError(
    'runtime/invalid-input',
    `The run cannot be used: ${v.getDotPath(issue) ?? 'it'}: ${issue.message}. Evaluate again.`,
  );
}
