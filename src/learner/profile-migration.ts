import * as v from 'valibot';
import { MOST_CHOSEN, MOST_DISMISSED } from './experts/user-expert';

/** The last schema of a profile with one list of weights, and one of preferences, in place of experts with both. */
const LAST_OLDER = 4;
/** The last schema with the older names of terms and fields. */
const LAST_RENAMED = 3;

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
const looseHistory = v.looseObject({
  items: v.array(v.unknown()),
  record: v.optional(v.looseObject({ dislikes: v.array(v.looseObject({ item: v.unknown(), known: v.unknown() })) })),
});
/** What is moved; the parser of the present schema checks the values. */
const olderSchema = v.looseObject({
  schema: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(LAST_OLDER)),
  weights: v.looseObject({ theta: byTerm, squares: byTerm }),
  history: v.optional(looseHistory),
  /** Read-outs by the name of their block; absent from schema 1, as is their gain. */
  preferences: v.optional(v.record(v.string(), v.unknown()), {}),
  preferenceGain: v.optional(v.unknown(), 0),
  experts: v.unknown(),
  expertsGain: v.unknown(),
});

const renamed = (record: object, names: Readonly<Record<string, string>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(record).map(([name, value]) => [Object.hasOwn(names, name) ? names[name] : name, value]),
  );

/** A profile of schema 1 to 3 with the names of schema 4; other data unchanged. */
function withNewNames(data: unknown): unknown {
  const schema = v.object({ schema: v.pipe(v.number(), v.maxValue(LAST_RENAMED)) });
  const fields = v.looseObject({ weights: v.looseObject({ theta: byTerm, squares: byTerm }) });
  const older = v.safeParse(v.intersect([schema, fields]), data);
  if (!older.success) return data;
  const { theta, squares, ...others } = older.output.weights;
  const weights = { ...others, theta: renamed(theta, OLD_TERMS), squares: renamed(squares, OLD_TERMS) };
  return { ...renamed(older.output, OLD_FIELDS), weights };
}

/**
 * A profile of an older schema in the present form, with one expert, the generalist, which has learned what the profile
 * holds. Its one weight of preferences becomes that of every block. Other data is returned unchanged.
 * @param data not parsed yet
 * @param schema the present one
 */
export function currentProfile(data: unknown, schema: number): unknown {
  const older = v.safeParse(olderSchema, withNewNames(data));
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
    chosen: items.slice(-MOST_CHOSEN),
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
