// Adds items that this device encoded. Few pages need it.

import type { Item } from '../catalog';
import { SidestreamError } from '../error';
import type { LocalItem } from '../store';
import type { ClusterLoader } from './cluster-loader';
import type { ListChanges } from './list-changes';
import type { LoadedCatalog } from './loaded-catalog';
import type { ProfileSession } from './profile-session';
import type { ProfileStorage } from './profile-storage';

export interface InsertionContext {
  catalog: LoadedCatalog;
  changes: ListChanges;
  session: ProfileSession;
  storage: ProfileStorage;
  /** Null where the whole catalogue is loaded. */
  clusters: ClusterLoader | null;
}

/**
 * Adds an item to the catalogue of this device.
 * @param era in which the shopper asked for it
 * @throws SidestreamError `runtime/invalid-input` when the shop has an item of that id
 */
export async function insertItem(
  { catalog, changes, session, storage, clusters }: InsertionContext,
  local: LocalItem,
  era: number,
): Promise<Item> {
  const { id } = local.item;
  const taken = new SidestreamError(
    'runtime/invalid-input',
    `addItem(): the shop already has an item "${id}"; choose another id.`,
  );
  if (await clusters?.find(id)) throw taken;
  await session.change(async ({ learner }) => {
    if (!catalog.accepts(local)) throw taken;
    await storage.saveLocalItem(local, era);
    catalog.add([local]);
    await learner.setCatalog(catalog);
  });
  changes.announce();
  return local.item;
}
