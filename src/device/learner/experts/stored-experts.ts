import * as v from 'valibot';
import { storedCount, storedId, storedTime } from '../../../core/events';
import { TERMS, type TermName } from '../../ranking';
import { CANDIDATES, MASS_MEMORY, MAX_CHOSEN, MAX_COEFFICIENT, MAX_DISMISSED, MAX_KEPT, MAX_WIDTH } from '../limits';
import { MAX_SQUARES, MAX_THETA, thetaBounds } from '../personal-weights';

const between = (low: number, high: number) => v.pipe(v.number(), v.minValue(low), v.maxValue(high));

const byTerm = (bounds: (name: TermName) => [low: number, high: number]) => {
  // A term that a stored profile lacks starts at 0, as for a new shopper.
  const terms = TERMS.map((name) => [name, v.optional(between(...bounds(name)), 0)] as const);
  return v.object(Object.fromEntries(terms) as Record<TermName, (typeof terms)[number][1]>);
};

export const personalWeightsSchema = v.object({
  theta: byTerm(thetaBounds),
  squares: byTerm(() => [0, MAX_SQUARES]),
});

/** Maximum number of blocks: one for each numeric attribute of the items, and a few more. */
const MAX_BLOCKS = 10_000;
/** Maximum length of a block's name, which may list 64 categories. */
const MAX_NAME_LENGTH = 65_536;

const blockSchema = v.object({
  /** Its weight is w0 * exp(theta). */
  theta: between(-MAX_THETA, MAX_THETA),
  squares: between(0, MAX_SQUARES),
  readout: v.pipe(
    v.instance(Float32Array),
    v.check(
      // Without NaN.
      (values) => values.length <= MAX_WIDTH && values.every((value) => Math.abs(value) <= MAX_COEFFICIENT),
      `there are at most ${MAX_WIDTH} values, of -${MAX_COEFFICIENT} to ${MAX_COEFFICIENT}`,
    ),
  ),
});
export type StoredBlock = v.InferOutput<typeof blockSchema>;

/** A choice that an expert learned: the item, and milliseconds since the epoch, null if unknown. */
const chosenSchema = v.object({ item: storedId, time: v.nullable(storedTime) });
export type ChosenItem = v.InferOutput<typeof chosenSchema>;

export const userExpertSchema = v.object({
  weights: personalWeightsSchema,
  blocks: v.pipe(
    v.record(v.pipe(v.string(), v.maxLength(MAX_NAME_LENGTH)), blockSchema),
    v.check((blocks) => Object.keys(blocks).length <= MAX_BLOCKS, `an expert has at most ${MAX_BLOCKS} read-outs`),
  ),
  choices: storedCount,
  chosen: v.pipe(v.array(chosenSchema), v.maxLength(MAX_CHOSEN)),
  /** Dismissals that can be undone, oldest first, each with the number of choices learned before it. */
  dismissed: v.pipe(v.array(v.object({ item: storedId, choices: storedCount })), v.maxLength(MAX_DISMISSED)),
});
export type StoredUserExpert = v.InferOutput<typeof userExpertSchema>;

/** Rounding tolerance for weights that sum to 1. */
const SUM_TOLERANCE = 1e-6;

const memberSchema = v.object({
  id: storedCount,
  kind: v.picklist(['generalist', 'specialist', 'candidate']),
  /** Number of choices that the router has seen, and the time of the last one, null if unknown. */
  born: v.object({ choice: storedCount, time: v.nullable(storedTime) }),
  expert: userExpertSchema,
  weight: between(0, 1),
  /** Sum of its posteriors, each choice counting 0.98 of the next. */
  mass: between(0, 1 / (1 - MASS_MEMORY) + 1),
  /** For a candidate: its place among the candidates, and other experts' states before its trial. */
  trial: v.nullable(
    v.object({
      place: v.pipe(storedCount, v.maxValue(CANDIDATES - 1)),
      needed: between(0, 1),
      before: v.pipe(v.array(v.object({ id: storedCount, expert: userExpertSchema })), v.maxLength(MAX_KEPT)),
    }),
  ),
});

const unique = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

export const mixtureSchema = v.pipe(
  v.object({
    choices: storedCount,
    next: storedCount,
    active: storedCount,
    members: v.pipe(v.array(memberSchema), v.maxLength(MAX_KEPT + CANDIDATES)),
  }),
  v.check(({ next, active, members }) => {
    const kept = members.filter(({ kind }) => kind !== 'candidate');
    const places = members.filter(({ kind }) => kind === 'candidate').map(({ trial }) => trial?.place);
    const sum = members.reduce((total, { weight }) => total + weight, 0);
    return (
      unique(members.map(({ id }) => id)) &&
      members.every(({ id }) => id < next) &&
      kept.length <= MAX_KEPT &&
      kept.filter(({ kind }) => kind === 'generalist').length === 1 &&
      kept.some(({ id }) => id === active) &&
      unique(places) &&
      !places.includes(undefined) &&
      Math.abs(sum - 1) < SUM_TOLERANCE
    );
  }, 'the experts do not fit together'),
);
export type StoredMixture = v.InferOutput<typeof mixtureSchema>;
