import type { BundleProgress } from '../catalog';
import type { ShopDemand } from '../ranking/demand';
import type { EngineListener } from './engine-options';
import type { ListChanges } from './list-changes';
import type { LoadedCatalog } from './loaded-catalog';
import type { ProfileSession } from './profile-session';
import type { TaskQueue } from './task-queue';

export interface LearnedContext {
  catalog: LoadedCatalog;
  session: ProfileSession;
  tasks: TaskQueue;
  changes: ListChanges;
  listener: Pick<EngineListener, 'progress'>;
}

/** Loads what the shop's log says of the bundle's items. */
export async function loadDemand(catalog: LoadedCatalog): Promise<void> {
  const demand = await shopDemand(catalog);
  if (demand) catalog.setDemand(demand);
}

async function shopDemand({ bundle }: LoadedCatalog, onProgress?: BundleProgress): Promise<ShopDemand | null> {
  const [loaded, { ShopDemand: Demand }] = await Promise.all([bundle.demand(onProgress), import('../ranking/demand')]);
  return loaded && new Demand(loaded);
}

/**
 * Queues loading the kernel, and demand, co-occurrence table, factors, settings of the learner and base model of the
 * bundle, one after the other.
 * Experts, factors and base model read the features, which must be loaded.
 */
export function loadLearned({ catalog, session, tasks, changes, listener }: LearnedContext): void {
  tasks.queue(() => session.useKernel());
  const { bundle } = catalog;
  const { demand, companions, factors, tuning, base, clusters } = bundle.manifest;
  const onProgress = (loaded: number, total: number): void => listener.progress({ stage: 'bundle', loaded, total });
  // The code that reads them comes beside the kernel. Where it cannot be had, the first file that needs it says so.
  if (demand || companions || factors || tuning || base)
    import('../catalog/bundle/read-learned').catch(() => undefined);
  // Demand, table and factors number the rows of the whole catalogue.
  if (demand && !clusters && !catalog.demand) {
    tasks.queue(async () => {
      const loaded = await shopDemand(catalog, onProgress);
      if (!loaded) return;
      await session.change(async ({ learner }) => {
        catalog.setDemand(loaded);
        await learner.setCatalog(catalog);
      });
      changes.announce();
    });
  }
  if (companions && !clusters) {
    tasks.queue(async () => {
      const table = await bundle.cooccurrence(onProgress);
      if (!table) return;
      catalog.setCooccurrence(table);
      changes.announce();
    });
  }
  if (factors && !clusters) {
    tasks.queue(async () => {
      const loaded = await bundle.factors(onProgress);
      if (!loaded) return;
      // In a long turn, so that no learner is made meanwhile that reads the catalogue without them.
      await session.change(async ({ learner }) => {
        catalog.setFactors(loaded);
        learner.featuresChanged();
      });
      changes.announce();
    });
  }
  // Before the base model, with which they take effect.
  if (tuning) {
    tasks.queue(async () => {
      const loaded = await bundle.tuning(onProgress);
      if (loaded) await session.useSettings(loaded);
    });
  }
  if (base) {
    tasks.queue(async () => {
      const file = await bundle.base(onProgress);
      if (!file) return;
      await session.useBase(new Uint8Array(file.bytes), file.digest);
      changes.announce();
    });
  }
}
