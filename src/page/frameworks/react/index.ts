export { type FollowedList, type ListOptions, Recommendations, useRecommendations } from './client';
export { ServerRecommendations } from './server';
