import type { BaseModel } from '../../base-model';
import { type Bundle, CooccurrenceCounter, type CooccurrenceTable, contentBlend, type Factors } from '../../catalog';
import { catalogIndex } from '../../ranking';
import { recentPopularity } from '../demand';
import { type FactorSources, makeFactors } from '../factors';
import { type Interaction, offlineData } from '../offline-data';

/**
 * Counts co-occurrence.
 * @param interactions sorted by time
 * @param count items in the catalogue
 */
export function cooccurrenceTable(interactions: readonly Interaction[], count: number): CooccurrenceTable {
  const counter = new CooccurrenceCounter(count);
  for (const rows of offlineData(interactions, count, 0).sequences) counter.learn(rows);
  return counter.table();
}

/**
 * Makes the factors of the items.
 * @param interactions sorted by time
 * @param base model by whose embedding unknown items are predicted, if there is one; the compute backend must then be set
 */
export async function factorsOf(
  interactions: readonly Interaction[],
  bundle: Pick<Bundle, 'items' | 'features' | 'manifest'>,
  { base, ...sources }: Pick<FactorSources, 'cooccurrence' | 'seed'> & { base?: BaseModel },
): Promise<Factors> {
  const { items, features, manifest } = bundle;
  const index = catalogIndex(items, features, contentBlend(manifest));
  const choices = offlineData(interactions, items.length, 0).sequences;
  const embedding = base && { width: base.config.embeddingDim, values: await base.embedItems(features) };
  const popularity = recentPopularity(interactions, items.length);
  return makeFactors({ ...sources, index, choices, popularity, embedding });
}
