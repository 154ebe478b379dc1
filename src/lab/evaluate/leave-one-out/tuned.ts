import {
  type AddScores,
  type LeaveOneOutMethod,
  type LeaveOneOutShop,
  type MethodSettings,
  ndcgOf,
  popularityOf,
  rankerOf,
} from './ranker';
import { type ChoiceHistory, evenly } from './split';

/** Maximum number of validation choices on which settings are compared. */
const MAX_TUNING_CASES = 4000;

/** A method whose settings come from a grid. */
export interface TunedMethod<Fit extends MethodSettings, Use extends MethodSettings> {
  name: string;
  /** Settings for learning. */
  fits: readonly Fit[];
  /** Further settings, tried in addition to the best of `fits`. Default: none. */
  refine?(best: Fit): readonly Fit[];
  /** Settings that affect only the scores, tried with each of the other settings. */
  uses: readonly Use[];
  /** Learns from the choices of all users. @returns its scores by settings of the second kind */
  fit(histories: readonly ChoiceHistory[], fit: Fit, shop: LeaveOneOutShop): (use: Use) => AddScores;
}

/** Every combination of some values, by name. */
export function gridOf<T extends MethodSettings>(values: { readonly [Name in keyof T]: readonly T[Name][] }): T[];
export function gridOf(values: Readonly<Record<string, readonly (number | null)[]>>): MethodSettings[] {
  return Object.entries(values).reduce<MethodSettings[]>(
    (all, [name, own]) => all.flatMap((settings) => own.map((value) => ({ ...settings, [name]: value }))),
    [{}],
  );
}

/** Chooses the settings by NDCG@10 on the validation; the first wins ties. */
export function tuned<Fit extends MethodSettings, Use extends MethodSettings>(
  method: TunedMethod<Fit, Use>,
): LeaveOneOutMethod {
  const { name, fits, uses } = method;
  return async (shop) => {
    const { training, validation, whole, count, meter } = shop;
    const cases = evenly(validation, MAX_TUNING_CASES);
    const popularity = popularityOf(training, count);
    let best = { fit: fits[0], use: uses[0], ndcg10: Number.NEGATIVE_INFINITY };
    const tryAll = async (all: readonly Fit[]): Promise<void> => {
      if (cases.length === 0 || all.length * uses.length < 2) return;
      meter.start(`Settings of ${name}`, all.length * uses.length);
      for (const fit of all) {
        const scoresBy = method.fit(training, fit, shop);
        for (const use of uses) {
          const ndcg10 = await ndcgOf(rankerOf(scoresBy(use), popularity), cases);
          if (ndcg10 > best.ndcg10) best = { fit, use, ndcg10 };
          meter.advance(1);
        }
      }
      meter.stop();
    };
    await tryAll(fits);
    if (method.refine) await tryAll(method.refine(best.fit));
    const { fit, use, ndcg10 } = best;
    return {
      settings: { ...fit, ...use },
      ...(Number.isFinite(ndcg10) ? { validation: ndcg10 } : {}),
      ...rankerOf(method.fit(whole, fit, shop)(use), popularityOf(whole, count)),
    };
  };
}
