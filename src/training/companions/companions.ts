import { CooccurrenceCounter, type CooccurrenceTable } from '../../catalog';
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
