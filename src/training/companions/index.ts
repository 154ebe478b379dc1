export { recentPopularity } from '../demand';
export type { Interaction } from '../offline-data';
export { cooccurrenceTable, factorsOf } from './companions';
