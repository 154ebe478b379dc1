import type { Bundle } from '../../catalog';
import type { Shopper } from '../../evaluate';
import { madeUpGround } from '../../evaluate/simulate';
import { TUNING_PARTS, type TuningPartName } from '../../evaluate/tune';
import type { ShopSource } from './tuning-shop';

/**
 * A shop without a log, and made-up shoppers who find what they want by themselves: some of one taste, some whose taste
 * changes, as in a simulation.
 * @param bundle by product, without a base model
 * @param most shoppers of each part
 * @throws SidestreamError `runtime/invalid-input` for a catalogue of less than 40 items
 */
export function madeUpShop(bundle: Bundle, seed: number, most: number): ShopSource {
  const ground = madeUpGround({ bundle, shoppers: TUNING_PARTS.length * most, seed, closedLoop: false });
  const all = Array.from({ length: ground.shoppers }, (_, n) => {
    const { kind, wants, times } = ground.shopper(n);
    return { kind, shopper: { id: `${n}`, rows: [...wants], times: [...times] } };
  });
  const byPart = (of: (shoppers: typeof all) => typeof all): Record<TuningPartName, Shopper[]> => {
    const shoppersOf = (n: number) => of(all.slice(n * most, (n + 1) * most)).map(({ shopper }) => shopper);
    return { choose: shoppersOf(0), confirm: shoppersOf(1), report: shoppersOf(2) };
  };
  return {
    ...{ base: false, seed },
    parts: byPart((shoppers) => shoppers),
    steady: byPart((shoppers) => shoppers.filter(({ kind }) => kind === 'steady')),
    files: async () => [],
    async open() {
      // With the items that appear during the visits, for which nobody looks before.
      const { after: catalog } = await ground.stock();
      return { catalog, base: undefined, popularity: Float32Array.from(catalog.index.popularity) };
    },
  };
}
