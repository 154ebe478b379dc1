import { SidestreamError } from '../error';
import { TERMS, type TermName, type TermValues, type TermWeights } from '../ranking';

/** Terms whose values come from catalogue and base model alone; a profile only selects the items. */
const CATALOGUE_TERMS: readonly TermName[] = ['base', 'embedding', 'companions', 'popularity', 'newcomer'];

/**
 * Checks that the terms of a profile are finite for every item: an item whose score is not would be in no list.
 * @throws SidestreamError `store/corrupt` naming the first term that is not finite
 */
export function checkFinite(values: TermValues, weights: TermWeights): void {
  const wrong = TERMS.find((name) => {
    const weight = weights[name];
    if (!Number.isFinite(Math.fround(weight))) return true;
    // The score adds them up as 32-bit floats.
    return (
      !CATALOGUE_TERMS.includes(name) && !values[name].every((value) => Number.isFinite(Math.fround(weight * value)))
    );
  });
  if (wrong === undefined) return;
  throw new SidestreamError(
    'store/corrupt',
    `The profile's "${wrong}" makes scores that are not finite. It is not used; an older one or the event log is.`,
  );
}
