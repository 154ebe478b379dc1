import { categoryTree } from '../../demo/category';
import type { Recommender } from '../../device/protocol';
import { createRecommender } from '../../page/client';
import { BUNDLE_ADDRESS, registerStudioFiles } from '../serve';
import type { StudioState } from '../session';

/** Separates the profile of this step from every other one on this origin, such as the demo shop's. */
const NAMESPACE = 'sidestream studio';

/** The shop with the bundle that Studio made. */
export type TriedShop = Awaited<ReturnType<typeof open>>;

let opened: { key: string; shop: Promise<TriedShop> } | undefined;
/** Shops are closed and opened one after the other: a page has one bundle for a namespace. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * The shop of a state, which stays open while the page does: the profile is still there after another step.
 * Another bundle ends it.
 */
export function triedShop(state: StudioState): Promise<TriedShop> {
  // Training writes into the bundle.
  const key = JSON.stringify([state.bundle, state.learned?.seconds, state.learned?.keptEpoch]);
  if (opened?.key === key) return opened.shop;
  const before = opened?.shop;
  const shop = turn.then(async () => {
    await before?.then(({ recommender }) => recommender.close()).catch(() => undefined);
    return open();
  });
  turn = shop.catch(() => {
    // The next attempt starts again.
    if (opened?.shop === shop) opened = undefined;
  });
  opened = { key, shop };
  return shop;
}

async function open() {
  await registerStudioFiles();
  const recommender = await createRecommender(options(NAMESPACE));
  return { recommender, categories: categoryTree(await recommender.catalog.categories()) };
}

/** A recommender that nothing else uses, for a simulated shopper. */
export async function anotherShopper(): Promise<Recommender> {
  await registerStudioFiles();
  return createRecommender(options(`${NAMESPACE} visit ${Date.now()}`));
}

/** The profile is only in memory: closing the tab deletes it. */
const options = (namespace: string) => ({ bundle: BUNDLE_ADDRESS, namespace, consent: 'pending' }) as const;
