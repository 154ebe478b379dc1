import type { Shown } from '../catalog/locales';
import { SidestreamError } from '../error';
import type { Explanation, RecommendRequest, RecommendResponse, RerankOptions, RerankResponse } from '../protocol';
import { type ParsedRequest, parsed, recommendSchema } from '../protocol';
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
import type { ClusterLoader } from './cluster-loader';
import type { EngineListener } from './engine-options';
import type { ExperimentAssignment } from './experiment-assignment';
import type { FeatureLoader } from './feature-loader';
import type { LoadedCatalog } from './loaded-catalog';
import type { ActiveLearner, ProfileSession } from './profile-session';

export interface RecommendationContext {
  catalog: LoadedCatalog;
  experiment: ExperimentAssignment;
  /** The page's rules for every list. */
  rules: Rules;
  /** Language of the page. */
  lang?: string;
  session: ProfileSession;
  features: FeatureLoader;
  listener: EngineListener;
  /** Null where the whole catalogue is loaded. */
  clusterLoader: ClusterLoader | null;
}

/** The code for lists of items in view; null where it is not needed. */
type ListsInView = Awaited<ReturnType<typeof listsInView>> | null;

/** Makes lists and explains them, by the rules of the shop and of the request, under this device's variant. */
export class RecommendationService {
  readonly #context: RecommendationContext;
  /** Makes the ids of this page's responses unique. */
  readonly #page = anonymousId(1);
  #responses = 0;
  /** Items that earlier pages of the visit showed, by id: rows may change. */
  #shownBefore: readonly string[] = [];

  constructor(context: RecommendationContext) {
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

  async recommend(request: RecommendRequest): Promise<RecommendResponse> {
    const given = parsed(recommendSchema, request, 'recommend()');
    const shown = await this.#loadLanguage(given);
    const response = await this.#withItems([], given, (learner, lists) => {
      const { index } = this.#context.catalog;
      const ranked = rank(index, ...this.#rankInput(given, learner, lists, shown));
      return {
        id: `${given.placement}-${this.#page}-${++this.#responses}`,
        placement: given.placement,
        currency: this.#context.catalog.offers?.currency,
        items: ranked.map(({ row: at, ...place }, position) => ({ ...place, item: shown(index.items[at]), position })),
      };
    });
    this.#context.features.listed();
    return response;
  }

  /** Orders a list of the shop's own. Its code comes late: no list of ours needs it. */
  async rerank(ids: readonly string[], options: RerankOptions): Promise<RerankResponse> {
    const { rerankList } = await import('./rerank-list');
    return {
      ids: await rerankList(ids, options, this.#rulesOf(null, {}), this.#context),
      id: `rerank-${this.#page}-${++this.#responses}`,
    };
  }

  async explain(itemId: string, request: RecommendRequest): Promise<Explanation> {
    const given = parsed(recommendSchema, request, 'explain()');
    const shown = await this.#loadLanguage(given);
    // Before the turn: no list waits for the network.
    const { explainItem } = await import('./explain-item');
    return this.#withItems([itemId], given, (learner, lists) => {
      const { catalog } = this.#context;
      const input = this.#rankInput(given, learner, lists, shown);
      return { ...explainItem(catalog.index, input, catalog.rowOf(itemId), shown), placement: given.placement };
    });
  }

  /** Takes a turn with the learner, once some items are loaded. */
  withLearner<T>(ids: readonly string[], work: (learner: ActiveLearner) => T): Promise<T> {
    return this.#withItems(ids, parsed(recommendSchema, {}, 'inspect()'), work);
  }

  /** What the ranking reads for `for-you`, of any learner. */
  inputOf(learner: ActiveLearner, limit: number, shown?: Shown): [RankState, RankRequest] {
    return this.#rankInput(parsed(recommendSchema, { limit }, 'inspect()'), learner, null, shown);
  }

  /**
   * Loads the language of a request, which is that of the page where it names none. Where that fails, reasons are in English, and
   * items as they are.
   */
  async #loadLanguage(given: ParsedRequest): Promise<Shown> {
    const { lang, catalog, listener } = this.#context;
    given.lang ??= lang;
    await loadReasons(given.lang).catch((thrown) => listener.error(SidestreamError.from(thrown)));
    return (await catalog.texts?.in(given.lang)) ?? ((item) => item);
  }

  /** Loads code and items of a large catalogue that are not loaded yet, then takes a turn with the learner. */
  async #withItems<T>(
    ids: readonly string[],
    request: ParsedRequest,
    work: (learner: ActiveLearner, lists: ListsInView) => T,
  ): Promise<T> {
    const { session, clusterLoader, experiment, features } = this.#context;
    const { placement, itemId, cart } = request;
    const { diversity, pin } = this.#rulesOf(placement, request);
    const needed = cart || Array.isArray(itemId) || experiment.placement(placement) === 'complement';
    const lists = needed ? await listsInView() : null;
    await features.waitFor(!!(cart || itemId || diversity));
    await clusterLoader?.loadInView([...ids, itemId ?? []].flat(), cart, pin);
    return session.run(async ({ learner }) => {
      await session.prepare(learner);
      return work(learner, lists);
    });
  }

  /** The rules for a list as of now: those of the request, of the page, and of the bundle's file. */
  #rulesOf(placement: Placement | null, request: Rules): Rules {
    const { catalog, rules } = this.#context;
    return mergedRules(catalog.rulesFor(placement, rules), request);
  }

  /** State and request for the ranking. */
  #rankInput(
    given: ParsedRequest,
    learner: ActiveLearner,
    lists: ListsInView,
    shown?: Shown,
  ): [RankState, RankRequest] {
    const { catalog, experiment } = this.#context;
    const { placement, itemId, cart, limit, exclude, lang } = given;
    const rows = (ids: readonly string[]): Set<number> =>
      new Set(ids.flatMap((id) => catalog.index.rowOf.get(id) ?? []));
    const rules = this.#rulesOf(placement, given);
    const now = Date.now();
    const request: RankRequest = {
      placement: experiment.placement(placement),
      row: typeof itemId === 'string' ? catalog.rowOf(itemId) : null,
      limit,
      exclude: rows(exclude),
      rules,
      lang,
      shown,
      shownBefore: rows(this.#shownBefore),
      now,
      due: catalog.demand?.due(catalog.index, learner.history.record, now, limit, rules.repeats),
    };
    const inCart = cart && learner.history.record.cart;
    return [
      experiment.state(learner.state),
      lists?.aboutItems(catalog.index, request, [itemId ?? []].flat(), inCart) ?? request,
    ];
  }
}
