import * as v from 'valibot';
import { exactObject } from '../common/strict-object';
import { PLACEMENTS, type Placement, TERMS, type TermName } from '../ranking';

/** One of the things that an experiment compares. What a variant leaves out is as everywhere else. */
export interface Variant {
  /** Letters, digits, `.`, `_`, `-`; at most 32. `holdout` is taken. */
  name: string;
  /** Share of the shoppers, in proportion to the other variants' weights. Default 1. */
  weight?: number;
  /** False: nothing is learned and lists are not personal, as with the option of that name. */
  learning?: boolean;
  /** Factors on the weights of the score's terms, 0 to 100: `{ popularity: 0, companions: 2 }`. */
  weights?: Partial<Record<TermName, number>>;
  /** Which list a placement gets instead of its own: `{ 'for-you': 'trending' }`. */
  placements?: Partial<Record<Placement, Placement>>;
}

/** An A/B test. A shop runs one at a time; other shoppers than those who take part have no variant. */
export interface Experiment {
  /** Letters, digits, `.`, `_`, `-`; at most 32. Part of the variant that events carry: `name/variant`. */
  name: string;
  /** Decides, with the unit, who is in which variant. Another salt draws anew. Default: the name. */
  salt?: string;
  /** Percent of the shoppers who take part. Raised later, those who took part before keep their variant. Default 100. */
  rollout?: number;
  /** Percent of those who take part that get lists without learning, as variant `holdout`. Default 0. */
  holdout?: number;
  variants: Variant[];
  /**
   * Who is assigned, where the shop has an id of its own; it is hashed and not kept. Default: a random id of this device,
   * on disk with consent only, else for as long as the page is open.
   */
  unit?: string;
}

/** The variant of shoppers held out of personal lists. */
const HOLDOUT: Variant = { name: 'holdout', learning: false };

const name = v.pipe(v.string(), v.regex(/^[\w.-]{1,32}$/, 'a name has 1 to 32 letters, digits, ".", "_" or "-"'));
const percent = v.pipe(v.number(), v.minValue(0), v.maxValue(100));
const placement = v.picklist(PLACEMENTS);
const factor = v.pipe(v.number(), v.minValue(0), v.maxValue(100));

const variantSchema = exactObject({
  name,
  weight: v.optional(v.pipe(v.number(), v.finite(), v.minValue(0))),
  learning: v.optional(v.boolean()),
  weights: v.optional(v.record(v.picklist(TERMS), factor)),
  placements: v.optional(v.record(placement, placement)),
});

/** An experiment as a shop writes it. A misspelled setting is refused, so that no variant silently equals another. */
export const experimentSchema = exactObject({
  name,
  salt: v.optional(v.string()),
  rollout: v.optional(percent),
  holdout: v.optional(percent),
  variants: v.pipe(
    v.array(variantSchema),
    v.minLength(1, 'an experiment needs a variant'),
    v.check((variants) => new Set(variants.map(({ name }) => name)).size === variants.length, 'variant names repeat'),
    v.check((variants) => variants.every(({ name }) => name !== HOLDOUT.name), 'the variant name "holdout" is taken'),
    v.check((variants) => variants.some(({ weight = 1 }) => weight > 0), 'a variant needs a weight above 0'),
  ),
  unit: v.optional(v.pipe(v.string(), v.minLength(1))),
});

/**
 * The variant of a unit; always the same for the same experiment. Who takes part, who is held out and who gets which variant
 * are three draws, so that changing one percentage moves nobody otherwise.
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
  return variants[variants.length - 1];
}

/**
 * Hashes a text to a number between 0 and 1, uniformly; must never change, or every shopper would move to another variant.
 * FNV-1a over the UTF-8 bytes (offset basis 2166136261, prime 16777619), then the 32-bit finalizer of MurmurHash3, which
 * separates texts that differ only in their last letter. Not cryptographic.
 * @returns at least 0, below 1
 */
export function bucket(text: string): number {
  let hash = 2166136261;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 16777619);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
