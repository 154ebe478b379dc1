import { type BaseConfig, itemVectors, userVectors, vectorScores } from '../base-model';
import type { FeatureTable } from '../catalog';
import type { Parameters } from '../model';
import { rankOf } from '../ranking';

/** One test of a ranking: the choice after a history. */
export interface RankCase {
  /** Catalogue rows, oldest first. They are left out of the ranking. */
  history: Int32Array;
  /** Catalogue row. */
  target: number;
}

/** Quality of a full ranking, means over the cases. */
export interface RankQuality {
  /** Share of targets among the first 10. */
  hr10: number;
  /** 1 / log2(1 + rank) for ranks to 10, else 0. */
  ndcg10: number;
}

/** Cases scored at once: bounds the memory of their scores. */
const CHUNK = 64;

/**
 * Ranks the whole catalogue for every case.
 * @param prior [count] added to the scores
 */
export async function rankQuality(
  parameters: Parameters,
  config: BaseConfig,
  table: FeatureTable,
  cases: readonly RankCase[],
  prior: Float32Array,
): Promise<RankQuality> {
  const { count } = table;
  const items = await itemVectors(parameters, config, table);
  let hits = 0;
  let gain = 0;
  for (let start = 0; start < cases.length; start += CHUNK) {
    const part = cases.slice(start, start + CHUNK);
    const histories = part.map(({ history }) => history);
    const scores = await vectorScores(config, await userVectors(parameters, config, items, histories), items);
    for (const [index, entry] of part.entries()) {
      const own = scores.subarray(index * count, (index + 1) * count);
      for (let row = 0; row < count; row++) own[row] += prior[row];
      const rank = rankOf(own, entry.target, entry.history);
      if (rank > 10) continue;
      hits++;
      gain += 1 / Math.log2(1 + rank);
    }
  }
  return { hr10: hits / cases.length, ndcg10: gain / cases.length };
}
