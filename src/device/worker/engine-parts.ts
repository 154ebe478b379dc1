import { ConsentService } from './consent-service';
import type { EngineContext } from './engine-context';
import { EventRecorder } from './event-recorder';
import { FeatureLoader } from './feature-loader';
import { LearningScheduler } from './learning-scheduler';
import { RecommendationService } from './recommendation-service';

/** All parts of an engine, each made for the parts before it. */
export type EngineParts = ReturnType<typeof engineParts>;

/** @param large the code for a partly loaded catalogue; null if the whole catalogue is loaded */
export function engineParts(context: EngineContext, large: typeof import('./cluster-loader') | null) {
  const { clusters } = context.catalog.bundle;
  const clusterLoader = clusters && large && new large.ClusterLoader(context, clusters);
  const events = new EventRecorder(context);
  const scheduler = new LearningScheduler({ ...context, clusterLoader });
  const features = new FeatureLoader({ ...context, scheduler });
  const recommendations = new RecommendationService({ ...context, clusterLoader, features });
  const consent = new ConsentService({ ...context, scheduler, events, recommendations });
  return { ...context, clusterLoader, events, scheduler, features, recommendations, consent };
}
