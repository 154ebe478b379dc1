import { expect, it } from 'vitest';
import { labelsIn } from '../../recs/labels';
import { LIST_NAMES, metricsBars } from './metrics-chart';

const row = (placement: string | null, impressions: number, clicks: number, ctrRange: [number, number] | null) => ({
  ...{ variant: null, placement, impressions, clicks, carts: 0, purchases: 0, revenue: {}, conversion: null },
  ...{ ctr: impressions > 0 ? clicks / impressions : null, ctrRange },
});

it('draws lists on one scale, with the interval of each', () => {
  expect(metricsBars([row('for-you', 100, 10, [0.05, 0.2]), row('similar', 1000, 50, [0.04, 0.06])])).toEqual([
    { name: 'Recommended for you', width: 50, low: 25, high: 100, text: '10 of 100' },
    { name: 'Similar products', width: 25, low: 20, high: 30, text: '50 of 1,000' },
  ]);
});

it('leaves out lists without impressions', () => {
  expect(metricsBars([row(null, 0, 3, null)])).toEqual([]);
});

it('names lists as their headings do', () => {
  expect(LIST_NAMES).toEqual(labelsIn('en').headings);
});
