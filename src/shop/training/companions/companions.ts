import { type CooccurrenceTable, countCooccurrence } from '../../../core/catalog';
import { choiceSequences, type Interaction } from '../offline-data';

/**
 * Counts co-occurrence.
 * @param interactions sorted by time
 * @param count items in the catalogue
 */
export const cooccurrenceTable = (interactions: readonly Interaction[], count: number): CooccurrenceTable =>
  countCooccurrence(count, choiceSequences(interactions));
