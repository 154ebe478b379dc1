/** Number of visitors of the most common name below which nothing counts as stray. */
const MIN_KNOWN = 30;

/**
 * Whether so few visitors may come from stray reports, which anybody can send: at most one, or one in a thousand of the visitors
 * of the most common variant or experiment.
 */
const isStray = (visitors: number, most: number): boolean => most >= MIN_KNOWN && visitors <= Math.max(1, most / 1000);

/** Names with so few visitors that they may come from stray reports. @param visitors by name */
export function strayNames(visitors: ReadonlyMap<string, number>): Set<string> {
  const most = Math.max(0, ...visitors.values());
  return new Set([...visitors].filter(([, count]) => isStray(count, most)).map(([name]) => name));
}
