export { recentPopularity } from '../demand';
export type { Interaction } from '../offline-data';
export { cooccurrenceTable } from './companions';
