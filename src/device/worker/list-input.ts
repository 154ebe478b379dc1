import type { Shown } from '../../core/catalog/locales';
import type { ParsedRequest } from '../protocol';
import type { CatalogIndex, RankRequest, RankState } from '../ranking';

/** What the ranking reads for a request, in the turn that makes its list. */
export interface ListInput {
  index: CatalogIndex;
  /** State and request. */
  input: [RankState, RankRequest];
  /** Items in the language of the request. */
  shown: Shown;
}

/** Provides late-loaded code with the ranking's input for a request. */
export interface InputSource {
  /**
   * Takes a turn with it.
   * @param ids of items to load before
   */
  withInput<T>(given: ParsedRequest, work: (list: ListInput) => T, ids?: readonly string[]): Promise<T>;
}
