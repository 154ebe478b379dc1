import * as v from 'valibot';
import { MOST_CHOSEN, MOST_DISMISSED } from './experts/expert-limits';

/** The last schema of a profile with one list of weights, and one of preferences, in place of experts with both. */
const LAST_OLDER = 4;

/** Names of the score's terms before schema 4, with the present ones. */
const OLD_TERMS: Readonly<Record<string, string>> = {
  companions: 'boughtTogether',
  closest: 'nearestHistory',
  numbers: 'numericAffinity',
  place: 'catalogOrder',
  newcomer: 'coldStart',
  taste: 'preference',
};
/** Names of fields before schema 4, with the present ones. */
const OLD_FIELDS: Readonly<Record<string, string>> = { taste: 'preferences', tasteGain: 'preferenceGain' };

const byTerm = v.record(v.string(), v.unknown());
const withTerms = v.pipe(
  v.unknown(),
  v.transform((terms) => renamed(terms, OLD_TERMS)),
  byTerm,
);
const looseHistory = v.looseObject({
  items: v.array(v.unknown()),
  record: v.optional(v.looseObject({ dislikes: v.array(v.looseObject({ item: v.unknown(), known: v.unknown() })) })),
});
/** What is moved; the parser of the present schema checks the values. */
const olderSchema = v.looseObject({
  schema: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(LAST_OLDER)),
  weights: v.object({ theta: withTerms, squares: withTerms }),
  history: v.optional(looseHistory),
  /** Read-outs by the name of their block; absent from schema 1, as is their gain. */
  preferences: v.optional(v.record(v.string(), v.unknown()), {}),
  preferenceGain: v.optional(v.unknown(), 0),
  experts: v.unknown(),
  expertsGain: v.unknown(),
});

/** An object of older names with the present ones; what is none is returned unchanged. */
const renamed = (value: unknown, names: Readonly<Record<string, string>>): unknown =>
  v.is(byTerm, value)
    ? Object.fromEntries(
        Object.entries(value).map(([name, one]) => [Object.hasOwn(names, name) ? names[name] : name, one]),
      )
    : value;

/**
 * A profile of an older schema in the present form, with one expert, the generalist, which has learned what the profile
 * holds. Its one weight of preferences becomes that of every block. Other data is returned unchanged.
 * @param data not parsed yet
 * @param schema the present one
 */
export function currentProfile(data: unknown, schema: number): unknown {
  const older = v.safeParse(olderSchema, renamed(data, OLD_FIELDS));
  if (!older.success) return data;
  const { weights, preferences, preferenceGain, experts, expertsGain, history, ...rest } = older.output;
  const { theta, squares } = weights;
  const blocks = Object.entries(preferences).map(([name, readout]) => [
    name,
    { theta: theta.preference ?? 0, squares: squares.preference ?? 0, readout },
  ]);
  const items = [...new Set(history?.items)];
  const dislikes = history?.record?.dislikes ?? [];
  const generalist = {
    weights: { theta: { ...theta, preference: 0 }, squares: { ...squares, preference: 0 } },
    blocks: Object.fromEntries(blocks),
    gains: { preference: preferenceGain, experts: expertsGain },
    choices: items.length,
    chosen: items.slice(-MOST_CHOSEN).map((item) => ({ item, time: null })),
    dismissed: dislikes.slice(-MOST_DISMISSED).map(({ item, known }) => ({ item, choices: known })),
  };
  const member = {
    ...{ id: 0, kind: 'generalist', born: { choice: 0, time: null }, expert: generalist },
    ...{ weight: 1, mass: 1, series: new Float32Array(), trial: null },
  };
  return {
    ...rest,
    ...(history && { history }),
    schema,
    experts: { choices: items.length, next: 1, active: 0, members: [member] },
    ladder: experts,
  };
}

const length = v.pipe(v.number(), v.integer(), v.minValue(0));
const preferenceLengths = v.array(v.strictTuple([v.string(), length]));
/**
 * Header of a file of version 1 or 2, which has the preferences and the ladders' experts alone beside the JSON, as one of the
 * present version. Version 1 names the preferences `taste`.
 */
export const olderHeaderSchema = v.pipe(
  v.object({
    profile: v.record(v.string(), v.unknown()),
    /** Name and number of floats of each preference, in the order of the data. */
    preferences: v.optional(preferenceLengths),
    taste: v.optional(preferenceLengths, []),
    experts: v.nullable(length),
  }),
  v.transform(({ profile, preferences, taste, experts }) => ({
    profile: {
      ...profile,
      preferences: Object.fromEntries((preferences ?? taste).map(([name, floats]) => [name, { floats }])),
    },
    ladder: experts,
  })),
);
