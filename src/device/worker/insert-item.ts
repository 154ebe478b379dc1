// Few pages add products.

import type { Item } from '../../core/catalog';
import { SidestreamError } from '../../error';
import type { LocalItem } from '../store';
import type { TransferContext } from './transfer-context';

/**
 * Adds an item that this device encoded to the catalogue, and stores it.
 * @param era in which the page requested it
 * @throws SidestreamError `runtime/invalid-input` if the shop already has its id, `store/*`
 */
export async function insertItem(
  {
    catalog,
    clusterLoader,
    session,
    storage,
  }: Pick<TransferContext, 'catalog' | 'clusterLoader' | 'session' | 'storage'>,
  local: LocalItem,
  era: number,
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
    learner.setCatalog(catalog);
  });
  return local.item;
}
