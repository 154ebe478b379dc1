import type { Area } from '../bars';

export const area: Area = {
  title: 'Scoring a catalogue',
  measure: async () => ({ bars: [] }),
};
