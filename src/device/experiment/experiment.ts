import * as v from 'valibot';
import { hash32 } from '../../core/common/hash';
import { exactObject } from '../../core/common/schema';
import { PLACEMENTS, TERMS } from '../ranking';

/** Variant of the shoppers who get no personal lists. */
const HOLDOUT: Variant = { name: 'holdout', learning: false };

const name = v.pipe(v.string(), v.regex(/^[\w.-]{1,32}$/, 'a name has 1 to 32 letters, digits, ".", "_" or "-"'));
const percent = v.pipe(v.number(), v.minValue(0), v.maxValue(100));
const placement = v.picklist(PLACEMENTS);

const variantSchema = exactObject({
  /** Letters, digits, `.`, `_`, `-`; at most 32. `holdout` is reserved. */
  name,
  /** Share of the shoppers, in proportion to the other variants' weights. Default 1. */
  weight: v.optional(v.pipe(v.number(), v.finite(), v.minValue(0))),
  /** False: nothing is learned and lists are not personal, as with `learning: false`. */
  learning: v.optional(v.boolean()),
  /** Factors on the weights of the score's terms, 0 to 100: `{ popularity: 0, boughtTogether: 2 }`. */
  weights: v.optional(v.record(v.picklist(TERMS), v.pipe(v.number(), v.minValue(0), v.maxValue(100)))),
  /** Lists that replace the placements' own lists: `{ 'for-you': 'trending' }`. */
  placements: v.optional(v.record(placement, placement)),
  /**
   * Name of the bundle's further side model that pages load instead of its own (`train --as`). If a page has another one, because the
   * wanted one cannot be read or another tab has drawn first, it counts for no variant.
   */
  model: v.optional(name),
});

/** One alternative of an experiment. A setting that it leaves out is the shop's. */
export interface Variant extends v.InferOutput<typeof variantSchema> {}

/** An experiment as a shop writes it. A misspelled setting is rejected, or two variants could be equal by mistake. */
export const experimentSchema = exactObject({
  /** Letters, digits, `.`, `_`, `-`; at most 32. Part of the variant that events carry: `name/variant`. */
  name,
  /** Assigns units to variants together with the unit; another salt assigns them differently. Default: the name. */
  salt: v.optional(v.string()),
  /** Percent of shoppers who take part. If you raise it, earlier participants keep their variant. Default 100. */
  rollout: v.optional(percent),
  /** Percent of participants who get lists without learning, as variant `holdout`. Default 0. */
  holdout: v.optional(percent),
  variants: v.pipe(
    v.array(variantSchema),
    v.minLength(1, 'an experiment needs a variant'),
    v.check((variants) => new Set(variants.map(({ name }) => name)).size === variants.length, 'variant names repeat'),
    v.check(
      (variants) => variants.every(({ name }) => name !== HOLDOUT.name),
      'the variant name "holdout" is reserved',
    ),
    v.check((variants) => variants.some(({ weight = 1 }) => weight > 0), 'a variant needs a weight above 0'),
  ),
  /**
   * The shop's own id of the shopper, which is hashed and not stored. Default: a random id of this device, stored on disk with
   * consent only, else kept while the page is open.
   */
  unit: v.optional(v.pipe(v.string(), v.minLength(1))),
});

/** An A/B test. A shop runs one at a time; shoppers who do not take part have no variant. */
export interface Experiment extends v.InferOutput<typeof experimentSchema> {}

/**
 * Assigns a unit to a variant, always the same one for the same experiment. Rollout, holdout and variant are three
 * independent draws: changing one percentage does not change the other assignments.
 * @returns null for a unit that does not take part
 */
export function assign(experiment: Experiment, unit: string): Variant | null {
  const { salt = experiment.name, rollout = 100, holdout = 0, variants } = experiment;
  const draw = (what: string): number => bucket(`${salt}/${what}/${unit}`);
  if (100 * draw('rollout') >= rollout) return null;
  if (100 * draw('holdout') < holdout) return HOLDOUT;
  let left = draw('variant') * variants.reduce((sum, { weight = 1 }) => sum + weight, 0);
  for (const variant of variants) {
    left -= variant.weight ?? 1;
    if (left < 0) return variant;
  }
  return variants.at(-1) ?? null;
}

/**
 * Hashes a text to a number between 0 and 1, uniformly; must never change, or every shopper would move to another variant.
 * @returns at least 0, below 1
 */
export const bucket = (text: string): number => hash32(text) / 2 ** 32;
