import type { Area } from '../bars';

export const area: Area = {
  title: 'From navigation to the first list',
  measure: async () => ({ bars: [] }),
};
