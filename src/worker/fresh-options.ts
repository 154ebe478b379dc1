import { SidestreamError } from '../error';

/** Options that a recommender has from its start on. */
const LASTING = ['learning', 'seed', 'encrypt', 'workerUrl', 'rules', 'experiment'] as const;

type Lasting = { [Name in (typeof LASTING)[number]]?: unknown };

/**
 * Which options of a further caller a running recommender does not have yet. What one caller named, all others may name
 * as well, or leave out; what none named is still free.
 * @param wanted the further caller's
 * @param running what callers before it named
 * @param defaults values of what nobody named
 * @returns names of options that nobody named yet and that are not the default
 * @throws SidestreamError `runtime/invalid-input` for an option that is not the one that is given already
 */
export function freshOptions(wanted: Lasting, running: Lasting, defaults: Lasting): string[] {
  const asked = LASTING.filter((name) => wanted[name] !== undefined);
  const other = asked.filter((name) => running[name] !== undefined && !isSame(wanted[name], running[name]));
  if (other.length > 0) {
    throw new SidestreamError(
      'runtime/invalid-input',
      `createRecommender(): ${other.join(', ')}: the recommender of this bundle and namespace runs with another value, and a page has one. Name the same, leave it out, or close() the other first.`,
    );
  }
  return asked.filter((name) => running[name] === undefined && !isSame(wanted[name], defaults[name]));
}

/** Whether two values are the same, whatever the order of their names. Of a CryptoKey nothing can be compared. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof CryptoKey !== 'undefined' && a instanceof CryptoKey) return false;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b);
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => isSame(Reflect.get(a, name), Reflect.get(b, name)));
}
