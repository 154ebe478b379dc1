import { CooccurrenceCounter, type CooccurrenceTable } from '../../../core/catalog';
import { choiceSequences, type Interaction } from '../offline-data';

/**
 * Counts co-occurrence.
 * @param interactions sorted by time
 * @param count items in the catalogue
 */
export function cooccurrenceTable(interactions: readonly Interaction[], count: number): CooccurrenceTable {
  const counter = new CooccurrenceCounter(count);
  for (const rows of choiceSequences(interactions)) counter.learn(rows);
  return counter.table();
}
