import type { JournalChoice, Ranks } from '../../../../device/protocol';

/** Number of choices averaged in each point of the lines. */
const SPAN = 20;

/** Geometric mean of the ranks of the latest choices, as of one choice. */
export interface RankPoint extends Ranks {
  at: number;
}

/** Running geometric means of the ranks over the last 20 ranked choices. */
export function runningRanks(choices: readonly Pick<JournalChoice, 'at' | 'ranks'>[]): RankPoint[] {
  const ranked = choices.flatMap(({ at, ranks }) => (ranks ? [{ at, ...ranks }] : []));
  return ranked.map(({ at }, n) => {
    const last = ranked.slice(Math.max(0, n + 1 - SPAN), n + 1);
    const mean = (name: keyof Ranks): number =>
      Math.exp(last.reduce((sum, one) => sum + Math.log(one[name]), 0) / last.length);
    return { at, own: mean('own'), popularity: mean('popularity'), content: mean('content') };
  });
}
