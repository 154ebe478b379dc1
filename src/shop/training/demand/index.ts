export { recentPopularity } from './recent-popularity';
export { repeatsOf } from './repeats';
