import { Session } from '../../demo/session';
import type { Settings } from '../../demo/settings';
import { ownShop } from '../page/own-shop';
import { BUNDLE_ADDRESS, registerStudioFiles } from '../serve';
import type { StudioState } from '../session';

const SETTINGS: Omit<Settings, 'currency'> = {
  bundle: BUNDLE_ADDRESS,
  brand: 'Sidestream Studio',
  // Apart from the profile of the demo shop on this origin; closing the tab deletes it.
  namespace: 'sidestream studio',
  prepare: registerStudioFiles,
};

let opened: { key: string; shop: Session } | undefined;
/** Shops are closed and opened one after the other: a page has one bundle for a namespace. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * The shop with the bundle of a state, which stays open while the page does: the profile is still there after another step.
 * Another bundle ends it.
 */
export function triedShop(state: StudioState): Session {
  // Training writes into the bundle.
  const { currency } = ownShop(state.catalog);
  const key = JSON.stringify([currency, state.bundle, state.learned?.seconds, state.learned?.keptEpoch]);
  if (opened?.key === key) return opened.shop;
  const before = opened?.shop;
  const shop = new Session({ ...SETTINGS, currency });
  opened = { key, shop };
  turn = turn.then(async () => {
    await before?.recommender?.close().catch(() => undefined);
    await shop.open();
    shop.showRest();
  });
  return shop;
}
