import type { Area } from '../bars';

export const area: Area = {
  title: 'Encoding texts and pictures',
  measure: async () => ({ bars: [] }),
};
