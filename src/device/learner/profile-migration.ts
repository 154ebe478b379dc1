import * as v from 'valibot';
import { MAX_CHOSEN, MAX_DISMISSED } from './limits';

/** The last schema of a profile with one list of weights, and one of preferences, instead of experts with both. */
const MAX_SCHEMA_WITHOUT_EXPERTS = 4;

/** The last schema that files of version 1 to 3 held. */
const MAX_SCHEMA_IN_OLDER_FILES = 5;

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
/** The fields to move; the parser of the present schema checks their values. */
const olderSchema = v.looseObject({
  schema: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_SCHEMA_WITHOUT_EXPERTS)),
  weights: v.object({ theta: withTerms, squares: withTerms }),
  history: v.optional(looseHistory),
  /** Read-outs by the name of their block; absent from schema 1, like their gain. */
  preferences: v.optional(v.record(v.string(), v.unknown()), {}),
  preferenceGain: v.optional(v.unknown(), 0),
});

/** An object with the present names instead of older ones. Other values are returned unchanged. */
const renamed = (value: unknown, names: Readonly<Record<string, string>>): unknown =>
  v.is(byTerm, value)
    ? Object.fromEntries(
        Object.entries(value).map(([name, one]) => [Object.hasOwn(names, name) ? names[name] : name, one]),
      )
    : value;

const withGains = v.looseObject({ gains: v.looseObject({ preference: v.unknown() }) });
/** Schema 5 kept another gain beside the read-outs' gain, for networks that trained on the device. */
const withExpertGains = v.looseObject({
  schema: v.literal(5),
  experts: v.looseObject({
    members: v.array(
      v.looseObject({
        expert: withGains,
        trial: v.nullable(v.looseObject({ before: v.array(v.looseObject({ expert: withGains })) })),
      }),
    ),
  }),
});

/** Schema 6 had the record of an anchor to a base model, which the present schema leaves out, and values of two more terms. */
const withAnchor = v.looseObject({ schema: v.literal(6) });

const withOneGain = ({ gains, ...expert }: v.InferOutput<typeof withGains>) => ({ ...expert, gain: gains.preference });

/**
 * Converts a profile of an older schema to the current form. A profile of schema 1 to 4 gets one expert, the generalist,
 * with everything that the profile has learned; its single weight of preferences becomes the weight of every block. Other
 * data is returned unchanged.
 * @param data not parsed yet
 * @param schema the current one
 */
export function currentProfile(data: unknown, schema: number): unknown {
  const sixth = v.safeParse(withAnchor, data);
  if (sixth.success) return { ...sixth.output, schema };
  const fifth = v.safeParse(withExpertGains, data);
  if (fifth.success) {
    const { experts, ...rest } = fifth.output;
    const members = experts.members.map(({ expert, trial, ...member }) => ({
      ...member,
      expert: withOneGain(expert),
      trial: trial && { ...trial, before: trial.before.map((one) => ({ ...one, expert: withOneGain(one.expert) })) },
    }));
    return { ...rest, schema, experts: { ...experts, members } };
  }
  const older = v.safeParse(olderSchema, renamed(data, OLD_FIELDS));
  if (!older.success) return data;
  const { weights, preferences, preferenceGain, history, ...rest } = older.output;
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
    gain: preferenceGain,
    choices: items.length,
    chosen: items.slice(-MAX_CHOSEN).map((item) => ({ item, time: null })),
    dismissed: dislikes.slice(-MAX_DISMISSED).map(({ item, known }) => ({ item, choices: known })),
  };
  const member = {
    id: 0,
    kind: 'generalist',
    born: { choice: 0, time: null },
    expert: generalist,
    weight: 1,
    mass: 1,
    series: new Float32Array(),
    trial: null,
  };
  return {
    ...rest,
    ...(history && { history }),
    schema,
    experts: { choices: items.length, next: 1, active: 0, members: [member] },
  };
}

const length = v.pipe(v.number(), v.integer(), v.minValue(0));
const preferenceLengths = v.array(v.strictTuple([v.string(), length]));
/**
 * Converts the header of a file of version 1 to 3 to the current version. Versions 1 and 2 store the preferences beside the
 * JSON; version 1 names them `taste`. All three may end in weights of networks that trained on the device, which are
 * dropped: no list depended on them.
 */
export const olderHeaderSchema = v.pipe(
  v.object({
    profile: v.looseObject({ schema: v.pipe(v.number(), v.maxValue(MAX_SCHEMA_IN_OLDER_FILES)) }),
    /** Name and number of floats of each preference, in the order of the data. */
    preferences: v.optional(preferenceLengths),
    taste: v.optional(preferenceLengths, []),
    /** Bytes of the networks: `experts` in versions 1 and 2, `ladder` in version 3. */
    experts: v.optional(v.nullable(length)),
    ladder: v.optional(v.nullable(length)),
  }),
  v.transform(({ profile, preferences, taste, experts, ladder }) => {
    const former = (preferences ?? taste).map(([name, floats]) => [name, { floats }]);
    return {
      profile: ladder === undefined ? { ...profile, preferences: Object.fromEntries(former) } : profile,
      dropped: experts ?? ladder ?? 0,
    };
  }),
);
