import type { Item } from '../catalog';
import { SidestreamError } from '../error';
import type { LocalItem } from '../store';
import type { ClusterLoader } from './cluster-loader';
import type { ListChanges } from './list-changes';
import type { LoadedCatalog } from './loaded-catalog';
import type { ProfileSession } from './profile-session';
import type { ProfileStorage } from './profile-storage';

export interface InsertContext {
  catalog: LoadedCatalog;
  clusterLoader: ClusterLoader | null;
  session: ProfileSession;
  storage: ProfileStorage;
  changes: ListChanges;
}

/**
 * Adds an item that this device encoded to its catalogue.
 * @param era in which it was added
 * @throws SidestreamError `runtime/invalid-input` for an id that the shop has, `store/*`
 */
export async function insertItem(
  local: LocalItem,
  era: number,
  { catalog, clusterLoader, session, storage, changes }: InsertContext,
): Promise<Item> {
  const { id } = local.item;
  const taken = new SidestreamError(
    'runtime/invalid-input',
    `addItem(): the shop already has an item "${id}"; choose another id.`,
  );
  if (await clusterLoader?.find(id)) throw taken;
  await session.change(async ({ learner }) => {
    if (!catalog.accepts(local)) throw taken;
    await storage.saveLocalItem(local, era);
    catalog.add([local]);
    await learner.setCatalog(catalog);
  });
  changes.announce();
  return local.item;
}
