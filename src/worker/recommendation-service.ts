import type { Explanation, RecommendRequest, RecommendResponse } from '../protocol';
import { type ParsedRequest, parsed, recommendSchema } from '../protocol';
import { explain, mergedRules, type RankRequest, type RankState, type Rules, rank, rulesSchema } from '../ranking';
import { anonymousId } from './anonymous-id';
import type { Aisles } from './cluster-loader';
import type { Trial } from './experiment-assignment';
import type { LoadedCatalogue } from './loaded-catalog';
import type { ActiveLearner, ProfileSession } from './profile-session';

/** What advice is given from. */
export interface AdviceContext {
  shop: LoadedCatalogue;
  trial: Trial;
  /** What the shop wants of every list. */
  rules?: Rules;
  session: ProfileSession;
  /** Null where the whole catalogue is loaded. */
  aisles: Aisles | null;
}

/** Lists and their explanations, as the shop's rules, the request's, and this device's variant have them. */
export class Advice {
  readonly #context: AdviceContext;
  readonly #rules: Rules;
  /** Tells the responses of one page from those of all others. */
  readonly #page = anonymousId(1);
  #responses = 0;
  /** What earlier pages of the visit showed, by id: rows may change. */
  #shownBefore: readonly string[] = [];

  /** @throws SidestreamError `runtime/invalid-input` when the shop's rules are no rules */
  constructor(context: AdviceContext) {
    this.#context = context;
    this.#rules = parsed(rulesSchema, context.rules ?? {}, 'createRecommender() rules');
  }

  /** This page begins, or begins again: what the visit showed so far is what earlier pages showed. */
  begin({ history }: Pick<ActiveLearner, 'history'>): void {
    const { items } = this.#context.shop.index;
    this.#shownBefore = history.record.shownThisVisit(Date.now()).map((row) => items[row].id);
  }

  async recommend(request: RecommendRequest): Promise<RecommendResponse> {
    const given = parsed(recommendSchema, request, 'recommend()');
    return this.#withItems([given.itemId], (learner) => {
      const { index } = this.#context.shop;
      const ranked = rank(index, ...this.#question(given, learner));
      return {
        id: `${given.placement}-${this.#page}-${++this.#responses}`,
        placement: given.placement,
        items: ranked.map(({ row: at, ...place }, position) => ({ ...place, item: index.items[at], position })),
      };
    });
  }

  async explain(itemId: string, request: RecommendRequest): Promise<Explanation> {
    const given = parsed(recommendSchema, request, 'explain()');
    return this.#withItems([itemId, given.itemId], (learner) => {
      const { index } = this.#context.shop;
      const row = this.#context.shop.rowOf(itemId);
      const { because, ...found } = explain(index, ...this.#question(given, learner), row);
      return {
        ...found,
        item: index.items[row],
        placement: given.placement,
        because: because.map(({ row: at, part }) => ({ item: index.items[at], part })),
      };
    });
  }

  /** Loads what of these items a large catalogue has not loaded yet, then takes a turn with the learner. */
  async #withItems<T>(ids: readonly (string | undefined)[], work: (learner: ActiveLearner) => T): Promise<T> {
    const { session, aisles } = this.#context;
    for (const id of ids) if (id !== undefined) await aisles?.show(id);
    return session.run(async ({ learner }) => {
      await session.prepare(learner);
      return work(learner);
    });
  }

  /** What the ranking goes by, and what it is asked. */
  #question(
    { placement, itemId, limit, exclude, lang, ...rules }: ParsedRequest,
    learner: ActiveLearner,
  ): [RankState, RankRequest] {
    const { shop, trial } = this.#context;
    const rows = (ids: readonly string[]): Set<number> => new Set(ids.flatMap((id) => shop.index.rowOf.get(id) ?? []));
    const request: RankRequest = {
      placement: trial.placement(placement),
      row: itemId === undefined ? null : shop.rowOf(itemId),
      limit,
      exclude: rows(exclude),
      rules: mergedRules(this.#rules, rules),
      lang,
      shownBefore: rows(this.#shownBefore),
      now: Date.now(),
    };
    return [trial.state(learner.state), request];
  }
}
