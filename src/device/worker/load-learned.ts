import type { BundleProgress } from '../../core/catalog';
import { ShopDemand } from '../ranking';
import type { EngineContext } from './engine-context';
import type { LoadedCatalog } from './loaded-catalog';

export async function loadDemand(catalog: LoadedCatalog): Promise<void> {
  if (catalog.clusterLearned) {
    await catalog.clusterLearned.follow([], ['demand']);
    catalog.grow([]);
    return;
  }
  const demand = await shopDemand(catalog);
  if (demand) catalog.setDemand(demand);
}

async function shopDemand({ bundle }: LoadedCatalog, onProgress?: BundleProgress): Promise<ShopDemand | null> {
  const loaded = await bundle.demand(onProgress);
  return loaded && new ShopDemand(loaded);
}

/**
 * Queues loading the kernel, and demand, co-occurrence table and side model of the bundle, one after the other. The experts read the
 * features, which must be loaded.
 */
export function loadLearned({ catalog, session, tasks, changes, listener }: EngineContext): void {
  tasks.queue(() => session.useKernel());
  const { bundle } = catalog;
  const { demand, companions, side } = bundle.manifest;
  const onProgress = (loaded: number, total: number): void => listener.progress({ stage: 'bundle', loaded, total });
  // The code that reads them loads in parallel with the kernel. If it fails, the first file that needs it reports the error.
  if (demand || companions || side) import('../../core/catalog/bundle/late-files').catch(() => undefined);
  const { clusterLearned } = catalog;
  const load = <File>(file: () => Promise<File | null>, use: (file: File) => void): void =>
    tasks.queue(async () => {
      const loaded = await file();
      if (!loaded) return;
      // In a long turn: no learner that reads the catalogue without it may be created meanwhile.
      await session.change(async ({ learner }) => {
        use(loaded);
        learner.setCatalog(catalog);
      });
      changes.announce();
    });
  if (clusterLearned && (demand || companions || side)) {
    load(
      async () => (await clusterLearned.follow([])) ?? true,
      () => catalog.grow([]),
    );
    return;
  }
  if (demand && !catalog.demand) {
    load(
      () => shopDemand(catalog, onProgress),
      (loaded) => catalog.setDemand(loaded),
    );
  }
  if (companions) {
    tasks.queue(async () => {
      const table = await bundle.cooccurrence(onProgress);
      if (!table) return;
      catalog.setCooccurrence(table);
      changes.announce();
    });
  }
  if (side) {
    load(
      () => bundle.side(onProgress),
      (model) => catalog.setSide(model),
    );
  }
}
