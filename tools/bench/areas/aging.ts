import type { Area } from '../bars';

export const area: Area = {
  title: 'Flat over time',
  measure: async () => ({ bars: [] }),
};
