import type { ClusterLoader } from './cluster-loader';
import type { EngineListener } from './engine-options';
import type { FeatureLoader } from './feature-loader';
import type { LearningScheduler } from './learning-scheduler';
import type { LoadedCatalog } from './loaded-catalog';
import type { ProfileSession } from './profile-session';
import { forgotten, type ProfileStorage } from './profile-storage';

/** The context of profile imports and exports. */
export interface TransferContext {
  catalog: LoadedCatalog;
  /** Null if the whole catalogue is loaded. */
  clusterLoader: ClusterLoader | null;
  features: FeatureLoader;
  listener: Pick<EngineListener, 'progress'>;
  scheduler: LearningScheduler;
  session: ProfileSession;
  storage: ProfileStorage;
}

/** @throws SidestreamError `store/forgotten` when the shopper denied, or everything was erased since `era` */
export function checkEra(storage: Pick<ProfileStorage, 'consent' | 'era'>, era: number): void {
  if (storage.consent === 'denied' || era !== storage.era) throw forgotten();
}
