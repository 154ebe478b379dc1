/** One of the parts into which an evaluation is split: its index, from 0, and their number. */
export interface Part {
  index: number;
  of: number;
}

/** The streams of a part: every `of`-th, which gives the parts similar run times. */
export const streamsOfPart = <T>(streams: readonly T[], { index, of }: Part): T[] =>
  streams.filter((_, n) => n % of === index);

/** The streams of all parts, in the order of the streams. */
export const joinStreams = <T>(parts: readonly (readonly T[])[]): T[] =>
  Array.from(
    { length: parts.reduce((sum, { length }) => sum + length, 0) },
    (_, n) => parts[n % parts.length][Math.floor(n / parts.length)],
  );

/** Ranks of a stream's events by one method. The three lists have one entry for each ranked event. */
export interface RankedStream {
  /** Positions in the stream, ascending. */
  places: number[];
  /** Ranks by the scores right before the event, among all items not chosen before it. */
  ranks: number[];
  /** Ranks by the scores before the first event of the same second, among the items not chosen before that second and not chosen in it. */
  basketRanks: number[];
}

/** The result of one method on the streams of an evaluation or of a part of it. */
export interface MethodRanks {
  name: string;
  streams: RankedStream[];
  /** [items] number of ranked events with each item among the first ten. */
  listed: number[];
}

/** Joins the parts of an evaluation, in the order of their indices. @returns the result of an evaluation in a single part */
export const joinMeasured = (parts: readonly MethodRanks[][]): MethodRanks[] =>
  parts[0].map(({ name, listed }, m) => ({
    name,
    streams: joinStreams(parts.map((part) => part[m].streams)),
    listed: listed.map((_, row) => parts.reduce((sum, part) => sum + part[m].listed[row], 0)),
  }));
