import * as v from 'valibot';
import type { Recommender, RerankOptions } from '../../device/protocol';
import { SidestreamError } from '../../error';

/**
 * Asks a search service for the ids of its results, in its own order.
 * @param from position of the first result, from 0
 * @param count maximum number of results
 * @returns fewer ids than asked for at the end of the results
 */
export type FindIds = (from: number, count: number) => Promise<readonly string[]>;

/** Options of `rankResults`. */
export interface RankedResultsOptions extends RerankOptions {
  /** How many of the service's first results are ordered for the shopper, 1 to 10,000. Default 200. */
  window?: number;
  /** Number of results on a page, 1 to 1,000. Default 24. */
  pageSize?: number;
  /** Milliseconds after which the service's order is used if the recommender has not answered. Default 700. */
  timeout?: number;
}

/** A page of results. */
export interface ResultsPage {
  ids: string[];
  /** Position of the first id among all results, from 0. */
  position: number;
  isLast: boolean;
  /** Pass it to `track()` as `recommendationId`; null if the page has the service's order. */
  recommendationId: string | null;
  /** Why the page has the service's order although it was to be ordered; null if nothing failed. */
  failure: SidestreamError | null;
}

/** The pages of one search. */
export interface RankedResults {
  /** @param number from 0. Rejects with the error of the search service, or with `runtime/invalid-input` for a wrong number. */
  page(number: number): Promise<ResultsPage>;
}

const whole = (min: number, max: number) =>
  v.optional(
    v.pipe(v.number('must be a number'), v.integer('must be a whole number'), v.minValue(min), v.maxValue(max)),
  );
/** The other options are those of `rerank()`, which checks them. */
const optionsSchema = v.looseObject({ window: whole(1, 10_000), pageSize: whole(1, 1000), timeout: whole(1, 600_000) });

interface Order {
  ids: readonly string[];
  recommendationId: string | null;
  failure: SidestreamError | null;
}

/**
 * Orders the results of a search service for the shopper before they are divided into pages: the first `window` results are
 * fetched as ids, ordered once by `Recommender.rerank()`, and given page by page. All pages of one search have the same order,
 * whatever the shopper does meanwhile; results after the window follow in the service's order. Create it again for every search.
 *
 * Results are never lost: if the recommender fails or is too slow, the pages have the service's order and say why.
 * @throws SidestreamError `runtime/invalid-input` naming the option
 */
export function rankResults(
  recommender: Pick<Recommender, 'rerank'>,
  findIds: FindIds,
  options: RankedResultsOptions = {},
): RankedResults {
  const checked = v.safeParse(optionsSchema, options);
  if (!checked.success) throw invalid(`${v.getDotPath(checked.issues[0])}: ${checked.issues[0].message}`);
  const { window: size = 200, pageSize = 24, timeout = 700, ...ranking } = options;
  let order: Promise<Order> | null = null;

  async function ordered(): Promise<Order> {
    const found = await findIds(0, size);
    const ids = found.slice(0, size);
    try {
      const ranked = await recommender.rerank(ids, ranking, { timeout });
      return { ids: ranked.ids, recommendationId: ranked.id, failure: null };
    } catch (thrown) {
      return { ids, recommendationId: null, failure: SidestreamError.from(thrown) };
    }
  }

  return {
    async page(number) {
      if (!Number.isInteger(number) || number < 0) throw invalid('page: must be a whole number from 0');
      order ??= ordered();
      const { ids, recommendationId, failure } = await order.catch((thrown: unknown) => {
        // A search service that answers again is asked again.
        order = null;
        throw thrown;
      });
      const position = number * pageSize;
      const own = ids.slice(position, position + pageSize);
      // The window was filled, so the service may have more. One more than the page tells whether there is another.
      const isFull = ids.length === size;
      const missing = position + pageSize + 1 - Math.max(position, ids.length);
      const further = isFull && missing > 0 ? await findIds(Math.max(position, ids.length), missing) : [];
      const isLast = isFull ? missing > 0 && further.length < missing : position + pageSize >= ids.length;
      return {
        ids: [...own, ...further].slice(0, pageSize),
        position,
        isLast,
        recommendationId: own.length > 0 ? recommendationId : null,
        failure,
      };
    },
  };
}

const invalid = (text: string): SidestreamError =>
  new SidestreamError('runtime/invalid-input', `rankResults(): ${text}.`);
