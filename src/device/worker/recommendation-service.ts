import type { Shown } from '../../core/catalog/locales';
import { SidestreamError } from '../../error';
import type {
  Explanation,
  FindResponse,
  ParsedRequest,
  RecommendResponse,
  RerankResponse,
  RowsResponse,
  SegmentsResponse,
} from '../protocol';
import {
  listsInView,
  loadReasons,
  mergedRules,
  type Placement,
  type RankRequest,
  type RankState,
  type Rules,
  rank,
} from '../ranking';
import { anonymousId } from './anonymous-id';
import type { ListContext } from './feature-loader';
import type { FindSource, ItemFinder } from './find-items';
import type { InputSource, ListInput } from './other-lists';
import type { ActiveLearner } from './profile-session';
import type { HintsOfList, VisitHints } from './visit-hints';

/** Data that only some lists need. */
interface Late {
  /** The code for lists of items in view. */
  lists?: Awaited<ReturnType<typeof listsInView>> | null;
  hints?: HintsOfList | null;
}

/** Makes lists and explains them, by the rules of the shop and of the request, under this device's variant. */
export class RecommendationService implements InputSource, FindSource {
  readonly #context: ListContext;
  /** Makes the ids of this page's responses unique. */
  readonly #page = anonymousId(1);
  #responses = 0;
  /** Items that earlier pages of the visit showed, by id: rows may change. */
  #shownBefore: readonly string[] = [];
  /** Its code is loaded with the first hints. */
  #hints: Promise<VisitHints> | null = null;
  #finder: ItemFinder | null = null;

  constructor(context: ListContext) {
    this.#context = context;
  }

  /** Begins a page, at the start and after the profile was replaced: all that the visit showed so far is from earlier pages. */
  async begin(): Promise<void> {
    const { session, catalog } = this.#context;
    await session.run(({ learner }) => {
      const { items } = catalog.index;
      this.#shownBefore = learner.history.record.shownThisVisit(Date.now()).map((row) => items[row].id);
    });
  }

  async recommend(given: ParsedRequest): Promise<RecommendResponse> {
    const response = await this.withInput(given, ({ index, input, shown }) => ({
      id: this.#idOf(given.placement),
      placement: given.placement,
      currency: this.#context.catalog.offers?.currency,
      items: rank(index, ...input).map(({ row, ...place }, position) => ({
        ...place,
        item: shown(index.items[row]),
        position,
      })),
    }));
    this.#context.features.listed();
    return response;
  }

  /** Orders one of the shop's own lists. @param ids and `options`: parsed there */
  async rerank(ids: unknown, options: unknown): Promise<RerankResponse> {
    const { rerankList } = await import('./other-lists');
    return {
      ids: await rerankList(ids, options, this.#rulesOf(null, {}), this.#context),
      id: this.#idOf('rerank'),
    };
  }

  /** Finds items. @param request and `query`: parsed there */
  async find(request: unknown, query: unknown): Promise<FindResponse> {
    this.#finder ??= new (await import('./find-items')).ItemFinder(this.#context, this);
    const found = await this.#finder.find(request, query);
    this.#context.features.listed();
    return { id: this.#idOf('find'), ...found };
  }

  ownRules(request: Rules): Rules {
    return this.#rulesOf(null, request);
  }

  async searched(category: string | null, era: number): Promise<void> {
    (await this.#loadHints()).searched(category, era);
  }

  /** Ranks segments. @param request parsed there */
  async segments(request: unknown): Promise<SegmentsResponse> {
    const { rankedSegments } = await import('./other-lists');
    return { id: this.#idOf('segments'), ...(await rankedSegments(request, this, this.#context)) };
  }

  /** Plans rows. @param request parsed there */
  async rows(request: unknown): Promise<RowsResponse> {
    const { plannedRows } = await import('./other-lists');
    return { id: this.#idOf('rows'), ...(await plannedRows(request, this, this.#context)) };
  }

  /** @param given parsed there @throws SidestreamError `runtime/invalid-input` naming the field */
  async setHints(given: unknown): Promise<void> {
    const { era } = this.#context.storage;
    (await this.#loadHints()).set(given, era);
  }

  /** The hints of this visit as given by the page, for the worker that replaces this one. */
  async hintsGiven(): Promise<unknown> {
    return (await this.#hints)?.given;
  }

  async explain(itemId: string, request: ParsedRequest): Promise<Explanation> {
    // Before the turn: no list waits for the network.
    const { explainedItem } = await import('./other-lists');
    return explainedItem(itemId, request, this, this.#context.catalog);
  }

  async withInput<T>(given: ParsedRequest, work: (list: ListInput) => T): Promise<T> {
    const shown = await this.#loadLanguage(given);
    return this.withLearner([], given, (learner, late) =>
      work({ index: this.#context.catalog.index, input: this.inputOf(given, learner, { ...late, shown }), shown }),
    );
  }

  /**
   * Loads the language of a request, by default the page's. If that fails, reasons are in English, and items are unchanged.
   */
  async #loadLanguage(given: ParsedRequest): Promise<Shown> {
    const { options, catalog } = this.#context;
    given.lang ??= options.lang;
    await loadReasons(given.lang).catch(this.#report);
    return (await catalog.texts?.in(given.lang)) ?? ((item) => item);
  }

  #idOf(list: string): string {
    return `${list}-${this.#page}-${++this.#responses}`;
  }

  readonly #report = (thrown: unknown): null => {
    this.#context.listener.error(SidestreamError.from(thrown));
    return null;
  };

  #loadHints(): Promise<VisitHints> {
    if (this.#hints) return this.#hints;
    const loading = import('./visit-hints').then(({ VisitHints }) => new VisitHints(this.#context));
    this.#hints = loading;
    loading.catch(() => {
      // The next call tries again.
      this.#hints = null;
    });
    return this.#hints;
  }

  /** Loads code and items of a large catalogue that are not loaded yet, then takes a turn with the learner. */
  async withLearner<T>(
    ids: readonly string[],
    given: ParsedRequest,
    work: (learner: ActiveLearner, late: Late) => T,
  ): Promise<T> {
    const { session, clusterLoader, experiment, features } = this.#context;
    const { placement, itemId, cart, hints } = given;
    const { diversity, pin } = this.#rulesOf(placement, given);
    const needed = cart || Array.isArray(itemId) || experiment.placement(placement) === 'complement';
    const lists = needed ? await listsInView() : null;
    // A list does not fail if their code is missing.
    const visit = hints || this.#hints ? await this.#loadHints().catch(this.#report) : null;
    const late = { lists, hints: visit?.of(hints) };
    await features.waitFor(!!(cart || itemId || diversity));
    await clusterLoader?.loadInView([...ids, itemId ?? []].flat(), cart, pin);
    return session.run(({ learner }) => work(learner, late));
  }

  /** The current rules for a list: from the request, the page, and the bundle's file. */
  #rulesOf(placement: Placement | null, request: Rules): Rules {
    const { catalog, options } = this.#context;
    return mergedRules(catalog.rulesFor(placement, options.rules ?? {}), request);
  }

  /** State and request for the ranking, of any learner. */
  inputOf(
    given: ParsedRequest,
    learner: ActiveLearner,
    { lists, hints, shown }: Late & { shown?: Shown } = {},
  ): [RankState, RankRequest] {
    const { catalog, experiment } = this.#context;
    const { placement, itemId, cart, limit, exclude, lang } = given;
    const rows = (ids: readonly string[]): Set<number> =>
      new Set(ids.flatMap((id) => catalog.index.rowOf.get(id) ?? []));
    const rules = this.#rulesOf(placement, given);
    const now = Date.now();
    const { history } = learner;
    const made = experiment.placement(placement);
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
      due: catalog.demand?.due(catalog.index, history.record, now, limit, rules.repeats),
      hints: made === 'for-you' ? hints?.(history, now) : null,
    };
    const inCart = cart && history.record.cart;
    return [
      experiment.state(learner.state),
      lists?.aboutItems(catalog.index, request, [itemId ?? []].flat(), inCart) ?? request,
    ];
  }
}
