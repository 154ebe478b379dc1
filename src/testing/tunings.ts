import type { Tuning, TuningPart } from '../catalog';

const part: TuningPart = {
  shoppers: 30,
  choices: 900,
  lnRank: { defaults: 4.5, tuned: 4.4 },
  worse: { defaults: 0.1, tuned: 0.05 },
  risk: { defaults: 0.15, tuned: 0.1 },
  change: { lnRank: { mean: -0.1, se: 0.02 }, worse: { mean: -0.05, se: 0.03 }, risk: { mean: -0.05, se: 0.02 } },
};

/** Settings as a shop's log may choose them, with the evidence. */
export const TUNING: Tuning = {
  base: true,
  settings: { weights: { recent: 0.75, preference: 1 }, fading: 0.02, anchor: 0.8, kept: 3 },
  evidence: {
    date: '2026-11-26',
    log: { sha256: 'ab'.repeat(32), events: 5000 },
    seed: 1,
    compared: ['fading 0.02', 'anchor 0.8'],
    lists: { choose: part, confirm: part, report: part },
  },
};
