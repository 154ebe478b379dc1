/** An even selection of some values, in order; all of them if there are no more than that. */
export function evenly<T>(values: readonly T[], limit: number): T[] {
  if (values.length <= limit) return [...values];
  return Array.from({ length: limit }, (_, n) => values[Math.floor((n * values.length) / limit)]);
}
