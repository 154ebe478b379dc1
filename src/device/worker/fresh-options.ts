import * as v from 'valibot';
import { SidestreamError } from '../../error';
import { optionsSchema, parsed } from '../protocol';
import { takes } from './call';
import { loadExperiment } from './shopper/experiment';

/** Options that are fixed when a recommender starts. */
const FIXED_OPTIONS = ['learning', 'encrypt', 'workerUrl', 'rules', 'experiment', 'market'] as const;

type FixedOptions = { [Name in (typeof FIXED_OPTIONS)[number]]?: unknown };

const DEFAULTS: FixedOptions = v.getDefaults(optionsSchema);

/**
 * Finds the options of another caller that a running recommender does not have yet. An option that one caller set may be
 * repeated with the same value, or left out; an option that no caller set may still be set.
 * @param wanted the new caller's options
 * @param running options set by earlier callers
 * @returns names of options that were not set yet and differ from the default
 * @throws SidestreamError `runtime/invalid-input` for an option with a different value than an earlier caller's
 */
export function freshOptions(wanted: FixedOptions, running: FixedOptions): string[] {
  const asked = FIXED_OPTIONS.filter((name) => wanted[name] !== undefined);
  const other = asked.filter((name) => running[name] !== undefined && !isSame(wanted[name], running[name]));
  if (other.length > 0) {
    throw new SidestreamError(
      'runtime/invalid-input',
      `createRecommender(): ${other.join(', ')}: the recommender of this bundle and namespace runs with a different value, and a page has only one. Pass the same value, leave it out, or close() the other recommender first.`,
    );
  }
  return asked.filter((name) => running[name] === undefined && !isSame(wanted[name], DEFAULTS[name]));
}

/** Whether two values are equal, whatever the order of their names. CryptoKeys count as different: they cannot be compared. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof CryptoKey !== 'undefined' && a instanceof CryptoKey) return false;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b);
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => isSame(Reflect.get(a, name), Reflect.get(b, name)));
}

const anyOptions = v.record(v.string(), v.unknown());

/** Checks the options of a further caller of `createRecommender()` against those that this recommender was started with, as `freshOptions` does. */
export const join = takes('createRecommender()', [anyOptions, anyOptions], async (_: unknown, wanted, running) => {
  await loadExperiment(parsed(optionsSchema, wanted, 'createRecommender()').experiment);
  return freshOptions(wanted, running);
});
