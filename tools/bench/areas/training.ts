import type { Area } from '../bars';

export const area: Area = {
  title: 'Training the ladder of experts',
  measure: async () => ({ bars: [] }),
};
