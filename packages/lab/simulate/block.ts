import * as v from 'valibot';
import { parsePart } from '../evaluate/measurement';
import { SHOPPER_KINDS, type SimulatedShopper } from './shopper';
import type { SimulatedShop } from './shops';
import { type Market, recordSchema, visitShop } from './visit';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** Sums by step, from which means and their errors are computed. */
const seriesSchema = v.object({ count: v.array(count), sum: v.array(v.number()), squares: v.array(v.number()) });
export type Series = v.InferOutput<typeof seriesSchema>;

const shopBlockSchema = v.object({
  name: v.string(),
  /** In the order of the block's shoppers. */
  records: v.array(recordSchema),
  /** [items] how often each was listed, and chosen. */
  listed: v.array(count),
  chosen: v.array(count),
  /** Fit of the lists, by kind of shopper, and number of kept experts. */
  fit: v.record(v.picklist(SHOPPER_KINDS), v.optional(seriesSchema)),
  experts: seriesSchema,
  updateMs: v.array(v.number()),
});
const blockSchema = v.array(shopBlockSchema);

/** Result of one shop for some of the shoppers. */
export type ShopBlock = v.InferOutput<typeof shopBlockSchema>;

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
      if (shop.learns) block.updateMs.push(...visit.updateMs.map((ms) => Number(ms.toFixed(3))));
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

/** @throws SidestreamError `runtime/invalid-input` if the text is not a block */
export const parseBlock = (text: string): ShopBlock[] => parsePart(blockSchema, text);
