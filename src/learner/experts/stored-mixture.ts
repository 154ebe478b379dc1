import * as v from 'valibot';
import { storedCount, storedTime } from '../../events';
import { userExpertSchema } from './user-expert';

/** Experts that are kept, the generalist among them. */
export const MOST_KEPT = 4;
/** Candidates on trial. */
export const CANDIDATES = 2;
/** Choices whose posterior is kept of every expert. */
export const LONGEST_SERIES = 200;
/** Memory of an expert's posterior mass, per choice: pruning removes the least. */
export const MASS_MEMORY = 0.98;

const probability = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
/** Sum of weights that add up to 1, with rounding. */
const NEARLY = 1e-6;

const memberSchema = v.object({
  id: storedCount,
  kind: v.picklist(['generalist', 'specialist', 'candidate']),
  /** Choices that the router had seen, and the time of the last of them; null for the time where it is not known. */
  born: v.object({ choice: storedCount, time: v.nullable(storedTime) }),
  expert: userExpertSchema,
  /** Its part in the next list. */
  weight: probability,
  /** Sum of its posteriors, each choice counting 0.98 of the next. */
  mass: v.pipe(v.number(), v.minValue(0), v.maxValue(1 / (1 - MASS_MEMORY) + 1)),
  /** Its posteriors after the last choices, oldest first. */
  series: v.pipe(
    v.instance(Float32Array),
    v.check((values) => values.length <= LONGEST_SERIES, `a series has at most ${LONGEST_SERIES} posteriors`),
    v.check((values) => values.every((value) => value >= 0 && value <= 1), 'a posterior is within 0 and 1'),
  ),
  /** Of a candidate: its place among the candidates, and other experts as they were before its trial. */
  trial: v.nullable(
    v.object({
      place: v.pipe(storedCount, v.maxValue(CANDIDATES - 1)),
      before: v.pipe(v.array(v.object({ id: storedCount, expert: userExpertSchema })), v.maxLength(MOST_KEPT)),
    }),
  ),
});

const unique = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

/** Stored form of a shopper's experts. */
export const mixtureSchema = v.pipe(
  v.object({
    /** Choices that the router has seen. */
    choices: storedCount,
    /** Id of the next expert. */
    next: storedCount,
    /** Id of the active expert. */
    active: storedCount,
    members: v.pipe(v.array(memberSchema), v.maxLength(MOST_KEPT + CANDIDATES)),
  }),
  v.check(
    ({ members, next }) => unique(members.map(({ id }) => id)) && members.every(({ id }) => id < next),
    'two ids',
  ),
  v.check(({ members }) => members.filter(({ kind }) => kind === 'generalist').length === 1, 'there is one generalist'),
  v.check(
    ({ members }) => members.filter(({ kind }) => kind !== 'candidate').length <= MOST_KEPT,
    `at most ${MOST_KEPT} experts are kept`,
  ),
  v.check(({ members }) => {
    const places = members.filter(({ kind }) => kind === 'candidate').map(({ trial }) => trial?.place);
    return unique(places) && !places.includes(undefined);
  }, 'every candidate has a place of its own'),
  v.check(
    ({ members, active }) => members.some(({ id, kind }) => id === active && kind !== 'candidate'),
    'the active expert is one of those kept',
  ),
  v.check(
    ({ members }) => Math.abs(members.reduce((sum, { weight }) => sum + weight, 0) - 1) < NEARLY,
    'the weights of the experts add up to 1',
  ),
);
export type StoredMixture = v.InferOutput<typeof mixtureSchema>;
