/** Visitors of something known, below which nothing is said of others. */
const MIN_KNOWN = 30;

/**
 * Whether so few visitors came by stray reports, as anybody can send one: at most one, or one in a thousand of those who had the
 * variant or experiment that most had.
 */
const isStray = (visitors: number, most: number): boolean => most >= MIN_KNOWN && visitors <= Math.max(1, most / 1000);

/** Names with fewer visitors than stray reports may bring. @param visitors by name */
export function strayNames(visitors: ReadonlyMap<string, number>): Set<string> {
  const most = Math.max(0, ...visitors.values());
  return new Set([...visitors].filter(([, count]) => isStray(count, most)).map(([name]) => name));
}
