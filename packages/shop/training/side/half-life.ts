import { counted } from '../../../../src/core/common/text';
import { rowsOf, shoppersIn } from '../interactions';
import type { SideFeatures } from './side-features';
import { sequencesFrom } from './side-sequences';
import { SIDE_SETTINGS } from './side-settings';
import { trainEpochs } from './train-epochs';
import type { SideModelRequest } from './train-side-model';

/** Half-lives that are tried, as shares of the log: half of it, all of it, none. */
const TRIED = [SIDE_SETTINGS.halfLife, 1, Number.POSITIVE_INFINITY];
/** Minimum decrease of the mean ln rank for which another half-life replaces the default: two seeds differ by less. */
const CLEAR = 0.01;
/** First share of the log, from which a trial learns; shoppers who come later judge it. */
const PAST = 0.85;
/** Epochs of a trial: so many rank the half-lives as a whole training does. */
const EPOCHS = 4;
/** Maximum number of choices from which a trial learns, which bounds its time in a large log. */
const MAX_CHOICES = 45_000;
/** Minimum number of choices of a judge; minimum and maximum number of judges. */
const [JUDGED, MIN_JUDGES, MAX_JUDGES] = [5, 16, 256];

/** If it is `stopped`, it ends after the present step, with the default half-life. */
export interface HalfLifeRequest
  extends Pick<SideModelRequest, 'choices' | 'settings' | 'seed' | 'stopped' | 'meter' | 'say'> {
  features: SideFeatures;
  /** Shoppers whose choices do not count. Default: none. */
  left?: ReadonlySet<number>;
}

/**
 * The half-life of choices in the loss (see `SideSettings`) for this log: short trainings on its first part rank the choices of
 * shoppers who came later, as the next shoppers will. Shoppers drawn from the whole log would prefer old choices to count.
 */
export async function chosenHalfLife(request: HalfLifeRequest): Promise<number> {
  const { features, choices, left, settings, seed, stopped, meter, say } = request;
  const [usual] = TRIED;
  const { offsets, places } = choices;
  const cut = Math.floor(PAST * places.length);
  const past: Int32Array[] = [];
  const pastAges: Float32Array[] = [];
  const able: Int32Array[] = [];
  let learned = 0;
  for (let shopper = 0; shopper < shoppersIn(choices); shopper++) {
    if (left?.has(shopper)) continue;
    const [rows, own] = [rowsOf(choices, shopper), places.subarray(offsets[shopper], offsets[shopper + 1])];
    const later = own.findIndex((place) => place >= cut);
    const end = later === -1 ? own.length : later;
    if (end === 0 && new Set(rows).size >= JUDGED) able.push(rows);
    if (end === 0) continue;
    past.push(rows.subarray(0, end));
    pastAges.push(Float32Array.from(own.subarray(0, end), (place) => 1 - place / cut));
    learned += end;
  }
  if (able.length < MIN_JUDGES) return usual;
  const heldOut = every(able, MAX_JUDGES / able.length);
  const share = MAX_CHOICES / learned;
  const sequences = sequencesFrom(every(past, share), every(pastAges, share));
  const found: { halfLife: number; lnRank: number }[] = [];
  let begun = false;
  try {
    for (const halfLife of TRIED) {
      const { reports, epoch } = await trainEpochs({
        features,
        sequences,
        heldOut,
        settings: { ...settings, halfLife, epochs: EPOCHS },
        seed,
        stopped,
        onStep(step, steps) {
          if (!begun) meter.start('Half-life of choices', TRIED.length * EPOCHS * steps);
          begun = true;
          if (step > 0) meter.advance(1);
        },
      });
      if (stopped?.()) return usual;
      found.push({ halfLife, lnRank: reports[epoch - 1]?.heldOut?.lnRank ?? Number.NaN });
    }
  } finally {
    if (begun) meter.stop();
  }
  const best = found.reduce((a, b) => (b.lnRank < a.lnRank ? b : a));
  const { halfLife } = best.lnRank < found[0].lnRank - CLEAR ? best : found[0];
  const tried = found.map((one) => `${halfLifeText(one.halfLife)} ${one.lnRank.toFixed(3)}`).join(', ');
  say(
    `Half-life of a choice in the loss: ${halfLifeText(halfLife)} (mean ln rank of the choices of ${counted(heldOut.length, 'later shopper')}: ${tried})`,
  );
  return halfLife;
}

/** A half-life in words. */
export const halfLifeText = (halfLife: number | null): string =>
  halfLife === null || halfLife === Number.POSITIVE_INFINITY ? 'none' : `${Math.round(100 * halfLife)} % of the log`;

/** A share of a list, spread evenly over it. */
const every = <T>(list: readonly T[], share: number): T[] =>
  list.filter((_, n) => Math.floor((n + 1) * share) > Math.floor(n * share) || share >= 1);
