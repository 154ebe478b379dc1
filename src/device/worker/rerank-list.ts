import * as v from 'valibot';
import { exactObject } from '../../core/common/strict-object';
import { parsed } from '../protocol';
import { mergedRules, type Rules, ruleFields } from '../ranking';
import { rerank } from '../ranking/rerank';
import type { ClusterLoader } from './cluster-loader';
import type { ExperimentAssignment } from './experiment-assignment';
import type { FeatureLoader } from './feature-loader';
import type { LoadedCatalog } from './loaded-catalog';
import type { ProfileSession } from './profile-session';

/** Most ids of a list. */
const MAX_IDS = 10_000;
/** Number of ids of a list whose clusters are loaded: the part that a shopper sees first. */
const LOADED_IDS = 48;

const position = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_IDS - 1));
const idsSchema = v.pipe(v.array(v.string()), v.maxLength(MAX_IDS, `must have at most ${MAX_IDS} ids`));
const optionsSchema = exactObject({
  strength: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 1),
  boost: ruleFields.boost,
  bury: ruleFields.bury,
  coldStart: ruleFields.coldStart,
  pin: v.optional(v.pipe(v.array(exactObject({ itemId: v.string(), position })), v.maxLength(100))),
});

export interface RerankContext {
  catalog: LoadedCatalog;
  experiment: ExperimentAssignment;
  session: ProfileSession;
  features: FeatureLoader;
  /** Null if the whole catalogue is loaded. */
  clusterLoader: ClusterLoader | null;
}

/**
 * Orders a list of the shop's own, as `Recommender.rerank()`.
 * @param rules the shop's
 * @throws SidestreamError `runtime/invalid-input` naming the field
 */
export async function rerankList(
  list: unknown,
  options: unknown,
  rules: Rules,
  { catalog, experiment, session, clusterLoader, features }: RerankContext,
): Promise<string[]> {
  const ids = parsed(idsSchema, list, 'rerank()', 'ids');
  const { strength, ...own } = parsed(optionsSchema, options, 'rerank()');
  if (strength > 0) await features.waitFor();
  // Without a history, the order is the shop's, and no item data is needed.
  const personal = strength > 0 && (await session.run(({ learner }) => learner.history.rows.length > 0));
  if (personal) await clusterLoader?.loadList(ids.slice(0, LOADED_IDS));
  return session.run(({ learner }) => {
    const state = experiment.state(learner.state);
    return rerank(catalog.index, state, { ids, strength, rules: mergedRules(rules, own) });
  });
}
