export interface Interaction {
  user: string;
  /** Row in the catalogue. */
  row: number;
  /** Only the order counts. */
  time: number;
  /** See `strengthOf`. Default 1 */
  strength?: number;
}

/** Choices of a log, shopper by shopper in the order of their first choices. Large logs fit into memory only in this form. */
export interface Choices {
  /** [shoppers + 1] Where the choices of each shopper begin. */
  offsets: Uint32Array;
  /** Rows in the catalogue, oldest first. */
  rows: Int32Array;
  /** Milliseconds. */
  times: Float64Array;
  /** Place of each choice in the log by time, from 0. */
  places: Uint32Array;
  /** How much each says, see `strengthOf`. Default: all the same */
  strengths?: Float32Array;
  /** [shoppers] Rows that each was shown and never chose. Default: unknown */
  passed?: readonly (readonly number[])[];
  /** Shoppers with choices before these. Default: none */
  known?: ReadonlySet<number>;
}

export const shoppersIn = ({ offsets }: Pick<Choices, 'offsets'>): number => offsets.length - 1;

/** @param interactions sorted by time */
export function choicesFrom(interactions: readonly Interaction[]): Choices {
  const numbers = new Map<string, number>();
  for (const { user } of interactions) if (!numbers.has(user)) numbers.set(user, numbers.size);
  const offsets = new Uint32Array(numbers.size + 1);
  const shopperOf = interactions.map(({ user }) => numbers.get(user) ?? 0);
  for (const shopper of shopperOf) offsets[shopper + 1]++;
  for (let shopper = 0; shopper < numbers.size; shopper++) offsets[shopper + 1] += offsets[shopper];
  const next = offsets.slice();
  const choices = emptyChoices(offsets);
  const strengths = new Float32Array(interactions.length);
  for (const [place, { row, time, strength = 1 }] of interactions.entries()) {
    const at = next[shopperOf[place]]++;
    choices.rows[at] = row;
    choices.times[at] = time;
    choices.places[at] = place;
    strengths[at] = strength;
  }
  return strengths.some((strength) => strength !== strengths[0]) ? { ...choices, strengths } : choices;
}

function emptyChoices(offsets: Uint32Array): Choices {
  const count = offsets[offsets.length - 1];
  const [rows, times, places] = [new Int32Array(count), new Float64Array(count), new Uint32Array(count)];
  return { offsets, rows, times, places };
}

/** Rows of the choices of one shopper, a view. */
export const rowsOf = ({ offsets, rows }: Pick<Choices, 'offsets' | 'rows'>, shopper: number): Int32Array =>
  rows.subarray(offsets[shopper], offsets[shopper + 1]);

/** The choices of one shopper, oldest first. */
export const streamOf = ({ offsets, rows, times }: Choices, shopper: number): { row: number; time: number }[] =>
  Array.from({ length: offsets[shopper + 1] - offsets[shopper] }, (_, n) => {
    const at = offsets[shopper] + n;
    return { row: rows[at], time: times[at] };
  });

/** Time of the choice at a place of the log. */
export function timeAt({ places, times }: Choices, place: number): number {
  return times[places.indexOf(place)];
}

/** Rows of the choices of every shopper but some. */
export function* sequencesWithout(
  choices: Pick<Choices, 'offsets' | 'rows'>,
  left: ReadonlySet<number> = new Set(),
): Generator<Int32Array> {
  for (let shopper = 0; shopper < shoppersIn(choices); shopper++)
    if (!left.has(shopper)) yield rowsOf(choices, shopper);
}

/** The newer choices of a log, and the number in the whole log of each of their shoppers. */
export interface NewerChoices extends Choices {
  /** [shoppers] */
  shoppers: Uint32Array;
  known: ReadonlySet<number>;
}

/** The choices after a time. */
export function choicesAfter(choices: Choices, until: number): NewerChoices {
  const { offsets, rows, times, places } = choices;
  const firstNewer = (shopper: number): number => {
    let at = offsets[shopper];
    while (at < offsets[shopper + 1] && times[at] <= until) at++;
    return at;
  };
  const newer = Array.from({ length: shoppersIn(choices) }, (_, shopper) => ({ shopper, from: firstNewer(shopper) }))
    .filter(({ shopper, from }) => from < offsets[shopper + 1])
    .sort((a, b) => places[a.from] - places[b.from]);
  const ends = new Uint32Array(newer.length + 1);
  for (const [n, { shopper, from }] of newer.entries()) ends[n + 1] = ends[n] + offsets[shopper + 1] - from;
  const found = emptyChoices(ends);
  const strengths = choices.strengths && new Float32Array(found.rows.length);
  const older = rows.length - found.rows.length;
  for (const [n, { shopper, from }] of newer.entries()) {
    const end = offsets[shopper + 1];
    found.rows.set(rows.subarray(from, end), ends[n]);
    found.times.set(times.subarray(from, end), ends[n]);
    if (choices.strengths) strengths?.set(choices.strengths.subarray(from, end), ends[n]);
    for (let at = from; at < end; at++) found.places[ends[n] + at - from] = places[at] - older;
  }
  return {
    ...found,
    strengths,
    passed: choices.passed && newer.map(({ shopper }) => choices.passed?.[shopper] ?? []),
    shoppers: Uint32Array.from(newer, ({ shopper }) => shopper),
    known: new Set(
      [...newer.keys()].filter((n) => {
        const { shopper, from } = newer[n];
        return from > offsets[shopper] || choices.known?.has(shopper);
      }),
    ),
  };
}
