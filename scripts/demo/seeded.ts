/** A repeatable stream of numbers in [0, 1) for one text: FNV-1a of the text seeds mulberry32. */
export function seeded(text: string): () => number {
  let state = 0x811c9dc5;
  for (const char of text) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Takes one at random. */
export const pick = <T>(list: readonly T[], random: () => number): T => list[Math.floor(random() * list.length)];
