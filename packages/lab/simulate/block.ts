import type { SimulatedShopper } from './shopper';
import type { SimulatedShop } from './shops';
import { type Market, type VisitRecord, visitShop } from './visit';

/** Sums by step, from which means and their errors are computed. */
export type Series = Record<'count' | 'sum' | 'squares', number[]>;

/** Result of one shop for some of the shoppers. */
export interface ShopBlock {
  name: string;
  /** In the order of the block's shoppers. */
  records: VisitRecord[];
  /** [items] how often each was listed, and chosen. */
  listed: number[];
  chosen: number[];
  /** Fit of the lists, by kind of shopper, and number of kept experts. */
  fit: Partial<Record<SimulatedShopper['kind'], Series>>;
  experts: Series;
  updateMs: number[];
}

/**
 * Sends some shoppers through some shops, each shopper through all of them.
 * @param onVisit called after each visit, with its steps
 */
export function simulateBlock(
  shops: readonly SimulatedShop[],
  shoppers: Iterable<SimulatedShopper>,
  market: Market,
  onVisit: (steps: number) => void = () => {},
): ShopBlock[] {
  const items = market.percentile.length;
  const blocks = shops.map(
    ({ name }): ShopBlock => ({
      name,
      records: [],
      listed: Array(items).fill(0),
      chosen: Array(items).fill(0),
      fit: {},
      experts: emptySeries(),
      updateMs: [],
    }),
  );
  for (const shopper of shoppers) {
    for (const [n, shop] of shops.entries()) {
      const visit = visitShop(shop, shopper, market);
      const block = blocks[n];
      block.records.push(visit.record);
      for (const row of visit.lists.flat()) block.listed[row]++;
      for (const row of visit.choices) block.chosen[row]++;
      const fit = block.fit[shopper.kind] ?? emptySeries();
      addTo(fit, visit.fit);
      block.fit[shopper.kind] = fit;
      addTo(block.experts, visit.experts);
      if (shop.learns) block.updateMs.push(...visit.updateMs);
      onVisit(shopper.wants.length);
    }
  }
  return blocks;
}

export const emptySeries = (): Series => ({ count: [], sum: [], squares: [] });

function addTo(series: Series, values: readonly (number | null)[]): void {
  for (const [step, value] of values.entries()) {
    series.count[step] = (series.count[step] ?? 0) + Number(value !== null);
    series.sum[step] = (series.sum[step] ?? 0) + (value ?? 0);
    series.squares[step] = (series.squares[step] ?? 0) + (value ?? 0) ** 2;
  }
}

export function addSeries(series: Series, other: Series): void {
  for (const part of ['count', 'sum', 'squares'] as const) {
    for (const [step, value] of other[part].entries()) series[part][step] = (series[part][step] ?? 0) + value;
  }
}
