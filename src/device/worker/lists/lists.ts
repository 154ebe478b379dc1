import type { Shown } from '../../../core/catalog/locales';
import { randomId } from '../../../core/common/bytes';
import type { Consent, EngineOptions, ParsedRequest, Recommendation, RecommendResponse } from '../../protocol';
import {
  type CatalogIndex,
  filteredCategories,
  listsInView,
  loadReasons,
  mergedRules,
  type Placement,
  type RankedItem,
  type RankRequest,
  type RankState,
  type Rules,
  rank,
} from '../../ranking';
import type { Catalog } from '../catalog/catalog';
import type { RestLoader } from '../loading/rest-loader';
import type { ShardLoader } from '../loading/shard-loader';
import type { ExperimentAssignment } from '../shopper/experiment';
import type { ActiveLearner, Turns } from '../shopper/turns';
import type { ListChanges } from '../tasks';
import type { HintsOfList, VisitHints } from './visit-hints';

/** The ranking's input for a request, in the turn that makes its list. */
export interface ListInput {
  index: CatalogIndex;
  input: [RankState, RankRequest];
  /** Items in the language of the request. */
  shown: Shown;
}

/** The places of a list with their items in the language of the request. */
export const listed = (
  { index, shown }: Pick<ListInput, 'index' | 'shown'>,
  ranked: readonly RankedItem[],
): Recommendation[] =>
  ranked.map(({ row, ...place }, position) => ({ ...place, item: shown(index.items[row]), position }));

/** Code and hints that only some lists need. */
interface Additions {
  lists?: Awaited<ReturnType<typeof listsInView>> | null;
  hints?: HintsOfList | null;
}

/** The objects that lists are made from. */
export interface ListsParts {
  options: Pick<EngineOptions, 'lang' | 'rules'>;
  device: { readonly era: number; readonly consent: Consent };
  catalog: Catalog;
  shopper: { readonly turns: Turns; readonly experiment: ExperimentAssignment; readonly complete: boolean };
  rest: RestLoader;
  /** Null if a page loads the whole bundle. */
  shards: ShardLoader | null;
  changes: ListChanges;
  /** Reports a failure that costs a list only a part. */
  report(thrown: unknown): undefined;
}

/** Makes lists, and the input of all code that ranks, by the rules of the shop and of the request, under this device's variant. */
export class Lists {
  /** Makes the ids of this page's responses unique. */
  readonly #page = randomId(4);
  #responses = 0;
  /** Items that earlier pages of the visit showed, by id: rows may change. */
  #shownBefore: readonly string[] = [];
  /** Its code is loaded with the first hints. */
  #hints: Promise<VisitHints> | null = null;

  constructor(private readonly parts: ListsParts) {}

  /** Begins a page, at the start and after the profile was replaced: all that the visit showed so far is from earlier pages. */
  async begin(): Promise<void> {
    const { shopper, catalog } = this.parts;
    await shopper.turns.run(({ learner }) => {
      const { items } = catalog.index;
      this.#shownBefore = learner.history.record.shownThisVisit(Date.now()).map((row) => items[row].id);
    });
  }

  async recommend(given: ParsedRequest): Promise<RecommendResponse> {
    const { rest, catalog, shopper } = this.parts;
    const list = () =>
      this.withInput(given, ({ index, input, shown }) => ({
        id: this.idOf(given.placement),
        placement: given.placement,
        currency: catalog.currency,
        items: listed({ index, shown }, rank(index, ...input)),
      }));
    let response = await list();
    if (!shopper.complete && !catalog.whole && response.items.length < given.limit) {
      await rest.load();
      response = await list();
    }
    rest.listed();
    return response;
  }

  /** An id for the response with a list. @param list its name */
  idOf(list: string): string {
    return `${list}-${this.#page}-${++this.#responses}`;
  }

  /** The hints of this visit; after a failure, the next call loads their code again. */
  hints(): Promise<VisitHints> {
    const { device, catalog, changes } = this.parts;
    this.#hints ??= import('./visit-hints').then(
      ({ VisitHints }) => new VisitHints(device, catalog, changes),
      (thrown) => {
        this.#hints = null;
        throw thrown;
      },
    );
    return this.#hints;
  }

  /** The hints of this visit as given by the page, for the worker that replaces this one. */
  async hintsGiven(): Promise<unknown> {
    return (await this.#hints)?.given;
  }

  /** Takes a turn with the ranking's input for a request. @param ids of items to load before */
  async withInput<T>(given: ParsedRequest, work: (list: ListInput) => T, ids: readonly string[] = []): Promise<T> {
    const { options, catalog } = this.parts;
    given.lang ??= options.lang;
    // If that fails, reasons are in English, and items are unchanged.
    await loadReasons(given.lang).catch(this.parts.report);
    const shown = await catalog.shown(given.lang);
    return this.withLearner(ids, given, (learner, additions) =>
      work({ index: catalog.index, input: this.inputOf(given, learner, { ...additions, shown }), shown }),
    );
  }

  /** Loads code and items of a large catalogue that are not loaded yet, then takes a turn with the learner. */
  async withLearner<T>(
    ids: readonly string[],
    given: ParsedRequest,
    work: (learner: ActiveLearner, additions: Additions) => T,
  ): Promise<T> {
    const { shopper, shards, rest } = this.parts;
    const { placement, itemId, cart, limit, hints } = given;
    const { diversity, pin, filter, boost } = this.rulesOf(placement, given);
    const complement = shopper.experiment.placement(placement) === 'complement';
    const needed = cart || Array.isArray(itemId) || complement;
    const lists = needed ? await listsInView() : null;
    // A list does not fail if their code is missing.
    const visit = hints || this.#hints ? await this.hints().catch(this.parts.report) : null;
    const additions = { lists, hints: visit?.of(hints) };
    // The head can answer only what concerns the catalogue as a whole.
    await rest.waitFor(!!(cart || itemId || diversity || pin || filter || boost) || ids.length > 0);
    await shards?.loadInView([...ids, itemId ?? []].flat(), { cart, pins: pin, complement });
    const { categories = [], search = '' } = visit && shards ? visit.wanted(hints) : {};
    await shards?.loadCategories([...filteredCategories(filter ?? {}), ...categories], limit);
    if (search !== '') await shards?.loadFound(search, '');
    return shopper.turns.run(({ learner }) => work(learner, additions));
  }

  /** The current rules for a list: from the request, the page, and the bundle's file. */
  rulesOf(placement: Placement | null, request: Rules): Rules {
    const { catalog, options } = this.parts;
    return mergedRules(catalog.rulesFor(placement, options.rules ?? {}), request);
  }

  /** State and request for the ranking, of any learner. */
  inputOf(
    given: ParsedRequest,
    learner: ActiveLearner,
    { lists, hints, shown }: Additions & { shown?: Shown } = {},
  ): [RankState, RankRequest] {
    const { catalog, shopper } = this.parts;
    const { experiment } = shopper;
    const { placement, itemId, cart, limit, exclude, lang } = given;
    const rows = (ids: readonly string[]): Set<number> =>
      new Set(ids.flatMap((id) => catalog.index.rowOf.get(id) ?? []));
    const rules = this.rulesOf(placement, given);
    const now = Date.now();
    const { history } = learner;
    const { purchases } = history.record;
    const made = experiment.placement(placement);
    const weight = catalog.startWeights?.repeats?.frequency;
    const repeatable = catalog.demand?.repeatable(purchases, now, limit, rules.repeats, weight);
    const repeats = made === 'again' || (made === 'for-you' && !!repeatable?.gains.size && repeatable.places > 0);
    const request: RankRequest = {
      placement: made,
      row: typeof itemId === 'string' ? catalog.rowOf(itemId) : null,
      limit,
      exclude: rows(exclude),
      rules,
      lang,
      shown,
      shownBefore: rows(this.#shownBefore),
      now,
      repeatable,
      hints: made === 'for-you' ? hints?.(history, now) : null,
    };
    const inCart = cart && history.record.cart;
    return [
      experiment.state(learner.stateAt(now, repeats)),
      lists?.aboutItems(catalog.index, request, [itemId ?? []].flat(), inCart) ?? request,
    ];
  }
}
