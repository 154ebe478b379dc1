import { type Market, marketOf } from '../packages/lab/simulate/visit';
import { makeWorld, type World } from '../packages/lab/simulate/world';
import type { LearnerCatalog } from '../src/device/learner';
import { threeGroups } from './three-groups';

/** A small world: 120 items of three kinds; the last 12 appear later. */
export function smallWorld(seed = 1): { world: World; market: Market; before: LearnerCatalog; after: LearnerCatalog } {
  const after = threeGroups(120);
  const world = makeWorld(after.index, 108, seed);
  const popularity = Float32Array.from({ length: 120 }, (_, row) => (row < 108 ? 1 + ((row * 7) % 11) : 0));
  return { world, market: marketOf(after.index, popularity), before: threeGroups(108), after };
}
