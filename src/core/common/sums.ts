const isRecord = (value: unknown): value is object => typeof value === 'object' && value !== null;

/**
 * Combines two records number by number, at any depth. A number that one of them lacks is 0 there; names may come from outside.
 * @returns with the texts of the first
 */
export function combinedBy<T extends object>(a: T, b: T, combine: (x: number, y: number) => number): T {
  const [own, others] = [a, b].map((record) => new Map<string, unknown>(Object.entries(record)));
  const both = (x: unknown, y: unknown): unknown => {
    if (isRecord(x) || isRecord(y)) return combinedBy(Object(x ?? {}), Object(y ?? {}), combine);
    return typeof x === 'number' || typeof y === 'number' ? combine(Number(x ?? 0), Number(y ?? 0)) : x;
  };
  const names = [...new Set([...own.keys(), ...others.keys()])];
  return Object.fromEntries(names.map((name) => [name, both(own.get(name), others.get(name))])) as T;
}

/** @returns a + factor b */
export const combined = <T extends object>(a: T, b: T, factor: 1 | -1 = 1): T =>
  combinedBy(a, b, (x, y) => x + factor * y);
