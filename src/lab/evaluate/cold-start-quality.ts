import { type Quality, QualityMeter, qualityBy } from './quality';

export interface RankedChoice {
  rank: number;
  /** Whether the item had no choice before the window. */
  isNew: boolean;
  /** Choices of the item in the window, 1 or more. */
  chosen: number;
}

/**
 * Quality on new items, and on old items reweighted to the new items' distribution of popularity within the window: both
 * in classes of 1, 2, 3-4, 5-8 ... choices; classes without new or without old items do not count.
 */
export function coldStartQuality(ranked: readonly RankedChoice[]): { fresh: Quality; old: Quality } {
  const classes = new Map<number, { fresh: QualityMeter; old: QualityMeter }>();
  for (const { rank, isNew, chosen } of ranked) {
    const key = Math.ceil(Math.log2(chosen));
    const meters = classes.get(key) ?? { fresh: new QualityMeter(), old: new QualityMeter() };
    classes.set(key, meters);
    (isNew ? meters.fresh : meters.old).add(rank);
  }
  const shared = [...classes.values()]
    .map(({ fresh, old }) => ({ fresh: fresh.quality, old: old.quality }))
    .filter(({ fresh, old }) => fresh.events > 0 && old.events > 0);
  const weighted = (side: 'fresh' | 'old'): Quality => {
    const events = shared.reduce((sum, one) => sum + one[side].events, 0);
    const total = shared.reduce((sum, { fresh }) => sum + fresh.events, 0);
    const mean = (pick: (quality: Quality) => number): number =>
      shared.reduce((sum, one) => sum + one.fresh.events * pick(one[side]), 0) / total;
    return { events, ...qualityBy(mean) };
  };
  return { fresh: weighted('fresh'), old: weighted('old') };
}
