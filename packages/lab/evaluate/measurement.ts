import * as v from 'valibot';
import { invalidInput, type SidestreamError } from '../../../src/error';

/** Reads JSON of some form. @param refuse the error for a fault, such as `tables.0.name: Expected string` */
export function parseJson<T>(
  schema: v.GenericSchema<unknown, T>,
  text: string,
  refuse: (fault: string) => SidestreamError,
): T {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(undefined, 'it is not JSON'), schema), text);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const path = v.getDotPath(issue);
  throw refuse(path === null ? issue.message : `${path}: ${issue.message}`);
}

/**
 * Reads the text that a part of an evaluation wrote for another process.
 * @throws SidestreamError `runtime/invalid-input` if it is something else
 */
export const parsePart = <T>(schema: v.GenericSchema<unknown, T>, text: string): T =>
  parseJson(schema, text, unusablePart);

/** The error of a part that cannot be used. @param why the rest of a sentence */
const unusablePart = (why: string): SidestreamError =>
  invalidInput(`A part of the evaluation cannot be used: ${why}. Evaluate again.`);

/** One of the parts into which an evaluation is split: its index, from 0, and their number. */
export const partSchema = v.strictObject({
  index: v.pipe(v.number(), v.integer(), v.minValue(0)),
  of: v.pipe(v.number(), v.integer(), v.minValue(1)),
});
export type Part = v.InferOutput<typeof partSchema>;

/** The streams of a part: every `of`-th, which gives the parts similar run times. */
export const streamsOfPart = <T>(streams: readonly T[], { index, of }: Part): T[] =>
  streams.filter((_, n) => n % of === index);

const wholes = v.array(v.pipe(v.number(), v.integer(), v.minValue(0)));
const ranks = v.array(v.pipe(v.number(), v.integer(), v.minValue(1)));
/** Ranks of a stream's events by one method. The three lists have one entry for each ranked event. */
const streamSchema = v.pipe(
  v.object({
    /** Positions in the stream, ascending. */
    places: wholes,
    /** Ranks by the scores right before the event, among all items not chosen before it. */
    ranks,
    /**
     * Ranks by the scores before the first event of the same second, among the items not chosen before that second and
     * not chosen in it.
     */
    basketRanks: ranks,
  }),
  v.check(
    (stream) => [stream.ranks, stream.basketRanks].every(({ length }) => length === stream.places.length),
    'its lists differ in length',
  ),
);
export type RankedStream = v.InferOutput<typeof streamSchema>;

/** The result of one method on the streams of an evaluation or of a part of it. */
const methodSchema = v.object({
  name: v.string(),
  streams: v.array(streamSchema),
  /** [items] number of ranked events with each item among the first ten. */
  listed: wholes,
});
export type MethodRanks = v.InferOutput<typeof methodSchema>;

/** The streams of all parts, in the order of the streams. @throws SidestreamError `runtime/invalid-input` if one is missing */
export const joinStreams = <T>(parts: readonly (readonly T[])[]): T[] =>
  Array.from(
    { length: parts.reduce((sum, { length }) => sum + length, 0) },
    (_, n) => parts[n % parts.length][Math.floor(n / parts.length)] ?? fail('a stream is missing'),
  );

/**
 * Joins the parts of an evaluation, in the order of their indices.
 * @returns the result of an evaluation in a single part
 * @throws SidestreamError `runtime/invalid-input` if a text is not a part, or if parts have different methods
 */
export function joinMeasured(texts: readonly string[]): MethodRanks[] {
  const parts = texts.map((text) => parsePart(v.array(methodSchema), text));
  return parts[0].map(({ name }, m) => {
    const own = parts.map((part) => part[m]);
    if (own.some((method) => method?.name !== name)) throw unusablePart('the parts have different methods');
    return {
      name,
      streams: joinStreams(own.map(({ streams }) => streams)),
      listed: own[0].listed.map((_, row) => own.reduce((sum, { listed }) => sum + listed[row], 0)),
    };
  });
}

function fail(why: string): never {
  throw unusablePart(why);
}
