import * as v from 'valibot';
import { exactObject } from '../../core/common/schema';
import { storedCount as count } from '../../core/events';

/** Upper bounds of the times of a first list that are counted together, ms. Longer times are `more`. */
export const TIME_BOUNDS = [100, 150, 200, 300, 400, 600, 800, 1200, 1600, 2400, 3200, 4800, 6400, 9600] as const;

type TimeBound = `${(typeof TIME_BOUNDS)[number]}` | 'more';

/** The bound under which a time is counted. @param time ms */
export const boundOf = (time: number): TimeBound => {
  const bound = TIME_BOUNDS.find((one) => time <= one);
  return bound === undefined ? 'more' : `${bound}`;
};

/** Maximum number of codes in a line: more than there are. */
const MAX_CODES = 200;
const bounds = ['more', ...TIME_BOUNDS.map((bound) => `${bound}` as const)] satisfies TimeBound[];

export const operatingFiguresSchema = exactObject({
  /** `experiment/variant`; null for pages outside the experiment. */
  variant: v.nullable(v.pipe(v.string(), v.regex(/^[\w.-]{1,32}\/[\w.-]{1,32}$/, 'must be experiment/variant'))),
  /** Pages with a list. A page counts again if its worker had to be replaced. */
  pages: count,
  /**
   * These pages by the time until the worker's first list: from its creation until it could answer, and until the first answer from
   * the call on. Keys are upper bounds in ms (100 to 9600), and `more`.
   */
  firstList: exactObject(v.entriesFromList(bounds, v.optional(count))),
  /** Pages on which an encoder ran, by where it ran first. */
  encoders: exactObject({ webgpu: count, wasm: count }),
  /** Errors that the recommender reported, by code. */
  errors: v.pipe(
    v.record(v.pipe(v.string(), v.regex(/^[a-z]+\/[a-z-]{1,40}$/, 'must be a code such as store/full')), count),
    v.maxEntries(MAX_CODES),
  ),
  /** Bytes that the worker loaded over the network, as far as the browser reports them; without the encoders' files. */
  bytes: count,
});

/** How the recommender ran on pages under one variant, as sums over pages since the last report of each. */
export interface OperatingFigures extends v.InferOutput<typeof operatingFiguresSchema> {}
