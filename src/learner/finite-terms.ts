import { SidestreamError } from '../error';
import { TERMS, type TermName, type TermValues, type TermWeights } from '../ranking';

/** Terms that come from catalogue and base model alone, or in which a profile only says which items count. */
const NOT_OF_PROFILE: readonly TermName[] = ['base', 'embedding', 'companions', 'popularity', 'newcomer'];

/**
 * Makes sure that what a profile makes of every item is a number: an item whose score is none is in no list.
 * @throws SidestreamError `store/corrupt` naming the first term that is not finite
 */
export function checkFinite(values: TermValues, weights: TermWeights): void {
  const wrong = TERMS.find((name) => {
    const weight = weights[name];
    if (!Number.isFinite(Math.fround(weight))) return true;
    // As the score adds them up: in floats of 32 bits.
    return (
      !NOT_OF_PROFILE.includes(name) && !values[name].every((value) => Number.isFinite(Math.fround(weight * value)))
    );
  });
  if (wrong === undefined) return;
  throw new SidestreamError(
    'store/corrupt',
    `The profile's "${wrong}" makes scores that are not finite. It is not used; an older one or the event log is.`,
  );
}
