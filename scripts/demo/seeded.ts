import { type Random, seededRandom } from '../../src/core/common/random';

/** A repeatable stream of numbers in [0, 1) for one text: FNV-1a of the text seeds mulberry32. */
export function seeded(text: string): Random {
  let seed = 0x811c9dc5;
  for (const char of text) seed = Math.imul(seed ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return seededRandom(seed);
}

export const pick = <T>(list: readonly T[], random: () => number): T => list[Math.floor(random() * list.length)];
