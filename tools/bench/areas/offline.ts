import type { Area } from '../bars';

export const area: Area = {
  title: 'Offline, on all cores',
  measure: async () => ({ bars: [] }),
};
