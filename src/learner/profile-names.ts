import * as v from 'valibot';

/** Names of the score's terms before schema 4, and today's. */
const TERMS: Readonly<Record<string, string>> = {
  companions: 'boughtTogether',
  closest: 'nearestHistory',
  numbers: 'numericAffinity',
  place: 'catalogOrder',
  newcomer: 'coldStart',
  taste: 'preference',
};
/** Names of fields before schema 4, and today's. */
const FIELDS: Readonly<Record<string, string>> = { taste: 'preferences', tasteGain: 'preferenceGain' };

const byTerm = v.record(v.string(), v.unknown());
const olderSchema = v.looseObject({
  schema: v.pipe(v.number(), v.maxValue(3)),
  weights: v.looseObject({ theta: byTerm, squares: byTerm }),
});

const renamed = (record: object, names: Readonly<Record<string, string>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(record).map(([name, value]) => [Object.hasOwn(names, name) ? names[name] : name, value]),
  );

/**
 * A profile of schema 1 to 3 with the names of schema 4. Anything else stays as it is.
 * @param data not parsed yet
 */
export function withTodaysNames(data: unknown): unknown {
  const older = v.safeParse(olderSchema, data);
  if (!older.success) return data;
  const { theta, squares, ...others } = older.output.weights;
  const weights = { ...others, theta: renamed(theta, TERMS), squares: renamed(squares, TERMS) };
  return { ...renamed(older.output, FIELDS), weights };
}
